namespace MetaFs.Mount.Tests.Mounting;

/// <summary>A start that cannot succeed fails at once, says why, and leaves nothing mounted.</summary>
public sealed class RefusalTests(ITestOutputHelper output) : MountingTest(output)
{
    [RootFact]
    public void UnknownOptionsAreRefusedByName()
    {
        Assert.Contains("'colour'", MustNotMount(Source, MountPoint, $"db={Database},colour=blue"));
        Assert.Contains("'chown'", MustNotMount(Source, MountPoint, $"db={Database},chown=perhaps"));
        Assert.Contains("'file_mode'", MustNotMount(Source, MountPoint, $"db={Database},file_mode=9"));
    }

    [RootFact]
    public void WhatWouldMakeEverybodyRootIsRefused()
    {
        foreach (string words in (string[])["noperm,suid", "noperm,dev", "allow_suid,as=caller,noperm"])
            Assert.Contains("everybody would be root", MustNotMount(Source, MountPoint, $"db={Database},{words}"));
    }

    [RootFact]
    public void AclsWithoutExtendedAttributesAreRefused()
    {
        foreach (string words in (string[])["xattrs=none,acl", "acl,xattrs=none"])
            Assert.Contains("xattrs=none has no ACLs", MustNotMount(Source, MountPoint, $"db={Database},{words}"));
    }

    [RootFact]
    public void WhatIsNoDirectoryIsRefused()
    {
        Assert.Contains(Source + "/none", MustNotMount(Source + "/none", MountPoint, $"db={Database}"));
        Assert.Contains(Source + "/f", MustNotMount(Source + "/f", MountPoint, $"db={Database}"));
        Assert.Contains("nowhere", MustNotMount(Source, Workspace.Path + "/nowhere", $"db={Database}"));
    }

    [RootFact]
    public void ADatabaseOnTheShareIsRefused()
    {
        Assert.Contains("records.db", MustNotMount(Source, MountPoint, $"db={Source}/records.db"));
        Assert.False(File.Exists(Source + "/records.db"));
        Assert.Contains("records.db", MustNotMount(Source, Source, $"db={Source}/records.db"));
    }

    [RootFact]
    public void ADatabaseBelowTheMountPointIsRefused()
    {
        Assert.Contains("records.db", MustNotMount(Source, MountPoint, $"db={MountPoint}/records.db"));
        Assert.False(File.Exists(MountPoint + "/records.db"));
        Directory.CreateSymbolicLink(Workspace.Path + "/link", MountPoint);
        MustNotMount(Source, MountPoint, $"db={Workspace.Path}/link/records.db");
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void ADatabaseInUseIsRefused()
    {
        Mine(MetaFsMount.Start(Plan));
        string other = Workspace.MakeDirectory("other"), otherMount = Workspace.MakeDirectory("mnt2");
        Assert.Contains(Database, MustNotMount(other, otherMount, $"db={Database}"));
        Assert.Contains(Database, MustNotMount(Source, otherMount, $"db={Database}"));
        Posix.Stat(MountPoint + "/f"); // the first mount is unharmed
    }

    [RootFact]
    public void WhatIsNoDatabaseIsRefusedAndKept()
    {
        File.WriteAllText(Database, string.Concat(Enumerable.Repeat("no database, but somebody's text\n", 1000)));
        string before = File.ReadAllText(Database);
        Assert.Contains(Database, MustNotMount(Source, MountPoint, $"db={Database}"));
        Assert.Equal(before, File.ReadAllText(Database));
    }

    [RootFact]
    public void ASharesDatabaseIsNotUsedForAnother()
    {
        MetaFsMount.Start(Plan).Dispose();
        string other = Workspace.MakeDirectory("other");
        string said = MustNotMount(other, MountPoint, $"db={Database}");
        Assert.Contains(Database, said);
        Assert.Contains("belongs to", said);
        Assert.Contains(", made 2", said); // a directory may be made again with the other's inode number
        MetaFsMount.Start(Plan).Dispose(); // and is still good for its own
    }

    [RootFact]
    public void ADatabaseThatCannotBeWrittenIsRefused()
    {
        Assert.Contains("/proc/metafs.db", MustNotMount(Source, MountPoint, "db=/proc/metafs.db"));
        Assert.Contains("none", MustNotMount(Source, MountPoint, $"db={Workspace.Path}/f/none/metafs.db".Replace("/f/", "/source/f/")));
    }

    [RootFact]
    public void ADatabaseThatIsAnotherUsersIsRefused()
    {
        MetaFsMount.Start(Plan).Dispose();
        foreach (string name in (string[])["", "-wal", "-shm", "-journal", ".lock"])
        {
            bool isMade = !File.Exists(Database + name);
            if (isMade)
                Posix.CreateFile(Database + name, "");
            Posix.Chown(Database + name, 1000, 1000).Ok();
            MustNotTrust(Database + name, "user 1000's", $"chown 0 {Database}{name}");
            Posix.Chown(Database + name, 0, 0).Ok();
            Posix.Chmod(Database + name, Oct(660)).Ok();
            MustNotTrust(Database + name, "mode 0660", $"chmod go-w {Database}{name}");
            Posix.Chmod(Database + name, Oct(600)).Ok();
            if (isMade)
                File.Delete(Database + name);
        }

        MetaFsMount.Start(Plan).Dispose(); // the cures help
    }

    [RootFact]
    public void ADatabaseInAnotherUsersDirectoryIsWarnedOf()
    {
        Posix.Chown(Records, 1000, 1000).Ok();
        CommandResult mounted = MetaFsProgram.Run(null, "mount", Source, MountPoint, "-o", $"db={Database}");
        MetaFsProgram.Run(null, "umount", MountPoint).MustSucceed();
        Assert.Equal(0, mounted.ExitCode);
        Assert.Contains($"its directory {Records} is user 1000's", mounted.Errors);
    }

    private void MustNotTrust(string path, params string[] words)
    {
        string[] before = Directory.GetFiles(Records);
        string said = MustNotMount(Source, MountPoint, $"db={Database}");
        Assert.Contains($": {path} is user ", said);
        foreach (string word in words)
            Assert.Contains(word, said);
        Assert.Equal(before.Order(), Directory.GetFiles(Records).Order()); // nothing was made
        Assert.Equal(4, MetaFsProgram.Run(null, "mount", Source, MountPoint, "-o", $"db={Database}").ExitCode);
    }
}

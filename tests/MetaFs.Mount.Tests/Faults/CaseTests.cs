using System.Globalization;

namespace MetaFs.Mount.Tests.Faults;

/// <summary>A share that ignores the case of names, and names that a share cannot store.</summary>
public sealed class CaseTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    public void AllSpellingsOfANameAreOneFileWithOneRecord()
    {
        FaultyShare share = Mine(new FaultyShare("lack case", "refuse chown EPERM"));
        Posix.CreateFile(share.At("file"), "text");
        Posix.Chown(share.At("FILE"), 7, 8).Ok();
        Posix.Chmod(share.At("File"), Oct(4711)).Ok();
        ulong ino = Posix.Stat(share.At("file")).Ino;
        foreach (string name in (string[])["file", "FILE", "fiLE"])
        {
            FileStatus status = Posix.Stat(share.At(name));
            Assert.Equal(("7:8", Oct(4711), ino, 1UL), (status.Owner, status.Mode & Oct(7777), status.Ino, status.Nlink));
        }

        Assert.Single(share.Records(), row => row.Uid == 7);
        share.Remount();
        Assert.Equal("7:8", Posix.Stat(share.At("FiLe")).Owner);
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(share.MountPoint).Select(Path.GetFileName));
    }

    [RootTheory]
    [InlineData("file", "FILE")]
    [InlineData("FILE", "file")]
    public void WhatIsRemovedByOneSpellingIsGoneByAllAndLeavesNoRecord(string made, string removed)
    {
        FaultyShare share = Mine(new FaultyShare("lack case", "refuse chown EPERM"));
        Posix.CreateFile(share.At(made));
        Posix.Chown(share.At(removed), 7, 8).Ok();
        Assert.Equal("7:8", Posix.Stat(share.At(made)).Owner);
        Posix.Unlink(share.At(removed)).Ok();
        Assert.Equal(Errno.ENOENT, Posix.Lstat(share.At(made), out _));
        Assert.Equal(Errno.ENOENT, Posix.Lstat(share.At(removed), out _));
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
        Posix.CreateFile(share.At(made));
        Assert.Equal("0:0", Posix.Stat(share.At(removed)).Owner);
    }

    // The kernel takes both spellings for links of one file, and renames nothing (rename(2)).
    [RootFact]
    public void ARenameToAnotherCaseChangesNothingAndByAThirdNameAll()
    {
        FaultyShare share = Mine(new FaultyShare("lack case", "refuse chown EPERM"));
        Posix.CreateFile(share.At("file"), "text");
        Posix.Mkdir(share.At("directory"), Oct(755)).Ok();
        Posix.CreateFile(share.At("directory/child"), "child");
        foreach (string name in (string[])["file", "directory", "directory/child"])
            Posix.Chown(share.At(name), 7, 8).Ok();
        Posix.Rename(share.At("file"), share.At("FILE")).Ok();
        Assert.Equal(["directory", "file"], Names(share));
        foreach (string name in (string[])["file", "directory"])
        {
            Posix.Rename(share.At(name), share.At("third")).Ok();
            Posix.Rename(share.At("third"), share.At(name.ToUpperInvariant())).Ok();
        }

        Assert.Equal(["DIRECTORY", "FILE"], Names(share));
        foreach (string name in (string[])["file", "FILE", "directory", "DIRECTORY/CHILD", "directory/child"])
            Assert.Equal("7:8", Posix.Stat(share.At(name)).Owner);
        Assert.Equal(("text", "child"), (Posix.ReadFile(share.At("file")), Posix.ReadFile(share.At("Directory/Child"))));
        Assert.Equal(3, share.Records().Count(row => row.Uid == 7));
        share.Remount();
        foreach (string name in (string[])["FILE", "DIRECTORY", "DIRECTORY/child"])
            Assert.Equal("7:8", Posix.Stat(share.At(name)).Owner);
    }

    [RootFact]
    public void AReplacementByAnotherSpellingIsTheSameFile()
    {
        FaultyShare share = Mine(new FaultyShare("lack case", "refuse chown EPERM"));
        Posix.CreateFile(share.At("old"), "old");
        Posix.CreateFile(share.At("new"), "new");
        Posix.Chown(share.At("old"), 7, 8).Ok();
        Posix.Chown(share.At("new"), 9, 9).Ok();
        Posix.Rename(share.At("NEW"), share.At("OLD")).Ok();
        Assert.Equal(("9:9", "new"), (Posix.Stat(share.At("old")).Owner, Posix.ReadFile(share.At("old"))));
        Assert.Equal(Errno.ENOENT, Posix.Lstat(share.At("new"), out _));
        Assert.DoesNotContain(share.Records(), row => row.Uid == 7);
        Assert.Single(share.Records(), row => row.Uid == 9);
    }

    [RootTheory]
    [InlineData("EINVAL")]
    [InlineData("EACCES")]
    public void ANameThatTheShareCannotStoreGetsItsErrorAndNoRecord(string errno)
    {
        FaultyShare share = Mine(new FaultyShare("refuse chown EPERM"));
        share.Fault(string.Create(
            CultureInfo.InvariantCulture, $"refuse create,mknod,mkdir,symlink,link,rename {errno} on *:*"));
        Posix.CreateFile(share.At("f"), "text");
        Posix.Chown(share.At("f"), 7, 7).Ok();
        int records = share.Records().Length;
        string bad = share.At("a:b");
        Assert.Equal(errno, Posix.Open(bad, Posix.O_CREAT | Posix.O_WRONLY, Oct(644), out _).ToString());
        Assert.Equal(errno, Posix.Mkdir(bad, Oct(755)).ToString());
        Assert.Equal(errno, Posix.Mknod(bad, Posix.S_IFIFO | Oct(644)).ToString());
        Assert.Equal(errno, Posix.Symlink("target", bad).ToString());
        Assert.Equal(errno, Posix.Link(share.At("f"), bad).ToString());
        Assert.Equal(errno, Posix.Rename(share.At("f"), bad).ToString());
        Assert.Equal(records, share.Records().Length);
        Assert.Equal("7:7", Posix.Stat(share.At("f")).Owner);
        Assert.Equal(["f"], Directory.EnumerateFileSystemEntries(share.Backing).Select(Path.GetFileName));
    }

    [RootTheory]
    [InlineData("EBADMSG")]
    [InlineData("ENOENT")]
    public void ANameThatIsTooLongIsSaidToBe(string errno)
    {
        FaultyShare share = Mine(new FaultyShare($"refuse lookup,create,mkdir {errno} on {new string('?', 256)}"));
        Posix.CreateFile(share.At("f"));
        string longest = share.At(new string('x', 255)), tooLong = share.At(new string('x', 256));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Lstat(tooLong, out _));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Open(tooLong, Posix.O_CREAT | Posix.O_WRONLY, Oct(644), out _));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Mkdir(tooLong, Oct(755)));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Unlink(tooLong));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Rename(share.At("f"), tooLong));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Link(share.At("f"), tooLong));
        Posix.Rename(share.At("f"), longest).Ok();
        Posix.Unlink(longest).Ok();
    }

    private static string[] Names(FaultyShare share) =>
        [.. Directory.EnumerateFileSystemEntries(share.MountPoint).Select(path => Path.GetFileName(path)!).Order()];
}

using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs rebind</c>: a share that comes back under another name keeps its records.</summary>
public sealed class RebindTests(ITestOutputHelper output) : MountingTest(output)
{
    private const string RecordAll = "chown=record,chmod=record,utimens=record,xattrs=overlay";

    // Another directory with the same files, which is what a share looks like whose server or export was renamed:
    // hard links keep their inode numbers, the root has another.
    private string MoveShare()
    {
        string moved = Workspace.MakeDirectory("moved");
        foreach (string path in Directory.GetFiles(Source))
            Posix.Link(path, $"{moved}/{Path.GetFileName(path)}").Ok();
        return moved;
    }

    [RootFact]
    public void TheSameFilesUnderAnotherRootKeepTheirRecords()
    {
        Record();
        string moved = MoveShare();
        string refusal = MustNotMount(moved, MountPoint, $"db={Database}");
        Assert.Contains($"metafs rebind {moved} --db {Database}", refusal);

        JsonElement rehearsal = Rebind(0, moved, "--dry-run");
        Assert.False(rehearsal.GetProperty("changed").GetBoolean());
        MustNotMount(moved, MountPoint, $"db={Database}");

        JsonElement outcome = Rebind(0, moved);
        Assert.True(outcome.GetProperty("changed").GetBoolean());
        Assert.Equal(10, outcome.GetProperty("records").GetInt32());
        Assert.Equal(10, outcome.GetProperty("fitting").GetInt32());
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Source = moved }));
        for (int i = 0; i < 10; i++)
            Assert.Equal($"{100 + i}:{200 + i}", Posix.Stat($"{MountPoint}/{i}").Owner);
        mount.Unmount();
        Assert.False(Rebind(0, moved).GetProperty("changed").GetBoolean());
    }

    [RootFact]
    public void OtherFilesAreRefusedUnlessForced()
    {
        Record();
        string other = Workspace.MakeDirectory("other");
        for (int i = 0; i < 10; i++)
            Posix.CreateFile($"{other}/{i}");
        CommandResult refused = MetaFsProgram.Run(null, "rebind", other, "--db", Database);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("only 0 of 10 records fit its files", refused.Errors);
        MustNotMount(other, MountPoint, $"db={Database}");
        Assert.True(Rebind(0, other, "--force").GetProperty("changed").GetBoolean());
    }

    [RootFact]
    public void ADatabaseInUseOrAbsentIsNotTouched()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        CommandResult busy = MetaFsProgram.Run(null, "rebind", Source, "--db", Database);
        Assert.Equal(4, busy.ExitCode);
        mount.Unmount();
        CommandResult absent = MetaFsProgram.Run(null, "rebind", Source, "--db", Database + "2");
        Assert.Equal((4, false), (absent.ExitCode, File.Exists(Database + "2")));
        CommandResult nowhere = MetaFsProgram.Run(null, "rebind", Source + "/none", "--db", Database);
        Assert.Equal(3, nowhere.ExitCode);
        CommandResult volume = MetaFsProgram.Run(null, "rebind", Source, "--db", Database, "--volume", "77");
        Assert.Equal(4, volume.ExitCode);
        Assert.Contains("give --volume N of 1: ", volume.Errors);
    }

    /// <summary>A migration: rsync to another directory, then everything shows there.</summary>
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void CopiedFilesAreFoundByTheirPaths(bool content)
    {
        MountPlan plan = Plan with { Options = RecordAll };
        Posix.Unlink(Source + "/f").Ok();
        MakeTree(plan);
        TreeListing before = Listing(plan);
        string moved = Workspace.MakeDirectory("moved");
        Command.Run("rsync", "-aHX", Source + "/", moved + "/").MustSucceed();
        MustNotMount(moved, MountPoint, $"db={Database}");
        CommandResult byNumber = MetaFsProgram.Run(null, "rebind", moved, "--db", Database);
        Assert.Equal(4, byNumber.ExitCode);
        Assert.Contains("--by-path", byNumber.Errors);

        string[] options = content ? ["--by-path", "--content", Source] : ["--by-path"];
        Assert.False(Rebind(0, moved, [.. options, "--dry-run"]).GetProperty("changed").GetBoolean());
        MustNotMount(moved, MountPoint, $"db={Database}");
        JsonElement outcome = Rebind(0, moved, options);
        Assert.True(outcome.GetProperty("changed").GetBoolean());
        Assert.Equal(outcome.GetProperty("records").GetInt32(), outcome.GetProperty("fitting").GetInt32());
        Assert.Equal((0, 0), (Count(outcome, "moved"), outcome.GetProperty("lost_times").GetArrayLength()));
        Assert.Equal(0, outcome.GetProperty("unmatched").GetArrayLength());
        before.AssertEqual(Listing(plan with { Source = moved }));
        Assert.Equal("blue", Xattr(plan with { Source = moved }, "sub/deep/file"));
        MetaFsProgram.Run(null, "fsck", "--db", Database, "--share", moved).MustSucceed();

        // What the database was is still there, and fits what the share was.
        string previous = outcome.GetProperty("previous").GetString()!;
        before.AssertEqual(Listing(plan with { Database = previous }));
    }

    [RootFact]
    public void WhatHasNoFileNowIsKeptInQuarantineAndWhatChangedLosesItsTimes()
    {
        MountPlan plan = Plan with { Options = RecordAll };
        Posix.Unlink(Source + "/f").Ok();
        MakeTree(plan);
        string moved = Workspace.MakeDirectory("moved");
        Command.Run("rsync", "-aHX", Source + "/", moved + "/").MustSucceed();
        Command.Run("mv", moved + "/sub/deep/file", moved + "/renamed").MustSucceed();
        File.AppendAllText(moved + "/changed", "more");
        Posix.Unlink(moved + "/gone").Ok();
        Posix.Unlink(moved + "/other kind").Ok();
        Posix.Mkdir(moved + "/other kind", Oct(755)).Ok();
        Command.Run("touch", "-d", "@1", moved, moved + "/sub/deep").MustSucceed();

        JsonElement outcome = Rebind(0, moved, "--by-path");
        Assert.Equal(1, Count(outcome, "moved"));

        // Directories too, where names were made or removed later.
        Assert.Equal(
            [".", "changed", "sub/deep"],
            outcome.GetProperty("lost_times").EnumerateArray()
                .Select(lost => lost.GetProperty("path").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["gone: there is no such file", "other kind: another kind of file is there"],
            outcome.GetProperty("unmatched").EnumerateArray()
                .Select(lost => $"{lost.GetProperty("path").GetString()}: {lost.GetProperty("why").GetString()}")
                .Order(StringComparer.Ordinal));
        using (MetaFsMount mount = Mine(MetaFsMount.Start(plan with { Source = moved })))
        {
            Assert.Equal(("7:8", 5_000_000_005), Look("renamed"));
            Assert.Equal("3:4", Posix.Stat(MountPoint + "/changed").Owner);
            Assert.NotEqual(3_000_000_003, Posix.Stat(MountPoint + "/changed").Mtime);
            Assert.Equal("0:0", Posix.Stat(MountPoint + "/other kind").Owner);
            mount.Unmount();
        }

        JsonElement fsck = JsonDocument.Parse(
            MetaFsProgram.Run(null, "fsck", "--json", "--db", Database).MustSucceed()).RootElement;
        Assert.Equal(2, Count(fsck, "quarantined"));
    }

    [RootFact]
    public void AFileOfOtherContentIsAnotherFile()
    {
        MountPlan plan = Plan with { Options = RecordAll };
        Posix.Unlink(Source + "/f").Ok();
        MakeTree(plan);
        string moved = Workspace.MakeDirectory("moved");
        Command.Run("rsync", "-aHX", Source + "/", moved + "/").MustSucceed();
        File.WriteAllText(moved + "/changed", "other CONTENT");
        File.SetLastWriteTimeUtc(moved + "/changed", File.GetLastWriteTimeUtc(Source + "/changed"));
        JsonElement outcome = Rebind(0, moved, "--by-path", "--content", Source);
        JsonElement lost = Assert.Single(outcome.GetProperty("unmatched").EnumerateArray());
        Assert.Equal("its content is another one", lost.GetProperty("why").GetString());
    }

    private void MakeTree(MountPlan plan)
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        Posix.Mkdir(MountPoint + "/sub", Oct(755)).Ok();
        Posix.Mkdir(MountPoint + "/sub/deep", Oct(755)).Ok();
        (string Name, string Content)[] files =
            [("sub/deep/file", "moved about"), ("changed", "other content"), ("gone", "g"), ("other kind", "k"), ("stays", "s")];
        foreach ((string name, string content) in files)
            Posix.CreateFile($"{MountPoint}/{name}", content);
        Command.Run("mkfifo", MountPoint + "/fifo").MustSucceed();
        Command.Run("ln", "-s", "stays", MountPoint + "/link").MustSucceed();
        Command.Run("ln", MountPoint + "/stays", MountPoint + "/stays too").MustSucceed();
        Command.Run("setfattr", "-n", "user.colour", "-v", "blue", MountPoint + "/sub/deep/file").MustSucceed();
        (string Name, uint Owner)[] owners =
            [("changed", 3), ("stays", 5), ("sub/deep/file", 7), ("link", 9), ("fifo", 11), ("gone", 13), ("other kind", 15),
             ("sub/deep", 17), ("sub", 19), ("", 21)];
        foreach ((string name, uint owner) in owners)
        {
            Posix.Lchown($"{MountPoint}/{name}", owner, owner + 1).Ok();
            long time = name == "sub/deep/file" ? 5_000_000_005 : 1_000_000_001L * owner;
            Posix.Utimens($"{MountPoint}/{name}", time, time, follow: false).Ok();
        }

        Posix.Chmod(MountPoint + "/stays", Oct(4711)).Ok();
        mount.Unmount();
    }

    private TreeListing Listing(MountPlan plan)
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        TreeListing listing = TreeListing.Of(MountPoint, Identity.Root);
        mount.Unmount();
        return listing;
    }

    private string Xattr(MountPlan plan, string name)
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        string value = Command.Run("getfattr", "--only-values", "-n", "user.colour", $"{MountPoint}/{name}").MustSucceed().Trim();
        mount.Unmount();
        return value;
    }

    private (string Owner, long Mtime) Look(string name)
    {
        FileStatus status = Posix.Stat($"{MountPoint}/{name}");
        return (status.Owner, status.Mtime);
    }

    private static int Count(JsonElement outcome, string name) => outcome.GetProperty(name).GetInt32();

    private void Record()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Options = "chown=record" }));
        for (int i = 0; i < 10; i++)
        {
            Posix.CreateFile($"{MountPoint}/{i}");
            Posix.Chown($"{MountPoint}/{i}", (uint)(100 + i), (uint)(200 + i)).Ok();
        }

        mount.Unmount();
    }

    private JsonElement Rebind(int status, string share, params string[] options)
    {
        CommandResult result = MetaFsProgram.Run(null, ["rebind", share, "--db", Database, "--json", .. options]);
        Output.WriteLine(result.Output);
        Assert.True(result.ExitCode == status, $"status {result.ExitCode}: {result.Errors}{result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }
}

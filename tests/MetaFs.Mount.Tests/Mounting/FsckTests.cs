using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs fsck</c>: what is told of records, with the mount alive and without it.</summary>
public sealed class FsckTests(ITestOutputHelper output) : MountingTest(output)
{
    private MountPlan Recording => Plan with { Options = "chown=record,chmod=record,utimens=record" };

    [RootFact]
    public void AMountInOrderIsClean()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("a", "b");
        Posix.Mkdir(MountPoint + "/d", Oct(755)).Ok();
        Posix.Link(MountPoint + "/a", MountPoint + "/d/second").Ok();
        JsonElement report = Fsck(0, MountPoint);
        Assert.Equal(0, report.GetProperty("findings").GetArrayLength());
        Assert.Equal(2, report.GetProperty("records").GetInt32());
        Assert.Equal(2, report.GetProperty("found").GetInt32());
        Assert.Equal(Database, report.GetProperty("database").GetString());
        Assert.Contains(": clean: 2 records, 2 found among 6 names of ", MetaFsProgram.Run(null, "fsck", MountPoint).Output);
        mount.Unmount();
    }

    [RootFact]
    public void AMountOverItsOwnShareIsLookedBelow()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording with { MountPoint = Source }));
        Posix.Chown(Source + "/f", 7, 8).Ok();
        JsonElement report = Fsck(0, Source);
        Assert.Equal(1, report.GetProperty("found").GetInt32());
        Assert.Equal(0, report.GetProperty("findings").GetArrayLength());
        mount.Unmount();
    }

    [RootFact]
    public void WhatWasDoneBehindTheMountIsNotedAndNothingIsChanged()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("gone", "moved", "written", "reused");
        mount.Unmount();
        Posix.Rename(Source + "/moved", Source + "/elsewhere").Ok();
        File.AppendAllText(Source + "/written", "more");
        ulong number = Posix.Stat(Source + "/reused").Ino;
        Posix.Unlink(Source + "/reused").Ok();
        string? reuser = MakeUntilNumberIs(number);
        Posix.Unlink(Source + "/gone").Ok(); // last: its number is not to be had for a new file

        JsonElement report = Fsck(0, "--db", Database, "--share", Source);
        Assert.Equal("leftover", KindOf(report, "gone"));
        Assert.Equal("moved_file", KindOf(report, "elsewhere"));
        Assert.Equal("void_times", KindOf(report, "written"));
        if (reuser is not null)
            Assert.Equal("reused_inode", KindOf(report, reuser));
        Assert.Equal(0, report.GetProperty("problems").GetInt32());
        Assert.Equal(report.ToString(), Fsck(0, "--db", Database, "--share", Source).ToString());
    }

    [RootFact]
    public void ADatabaseAloneIsCheckedForItself()
    {
        using (MetaFsMount mount = MetaFsMount.Start(Recording))
        {
            Record("a");
            mount.Unmount();
        }

        Assert.Equal(1, Fsck(0, "--db", Database).GetProperty("records").GetInt32());
        Command.Run(
            "/usr/bin/python3", "-c",
            "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None); "
            + "d.execute('PRAGMA ignore_check_constraints = ON'); d.execute('UPDATE record SET uid = -5')",
            Database).MustSucceed();
        JsonElement report = Fsck(1, "--db", Database);
        Assert.Contains(
            report.GetProperty("findings").EnumerateArray(), f => f.GetProperty("kind").GetString() == "damaged_record");
    }

    [RootFact]
    public void AShareThatTheDatabaseDoesNotKnowIsRefused()
    {
        using (MetaFsMount mount = MetaFsMount.Start(Recording))
        {
            Record("a");
            mount.Unmount();
        }

        string other = Workspace.MakeDirectory("other");
        CommandResult refused = MetaFsProgram.Run(null, "fsck", "--db", Database, "--share", other);
        Assert.Equal((3, ""), (refused.ExitCode, refused.Output));
        Assert.Contains($"{other}: none of the 1 records is of this directory; is the share mounted there?", refused.Errors);
        Assert.Equal(0, Fsck(0, "--db", Database, "--share", Source).GetProperty("elsewhere").GetInt32());
    }

    [RootTheory]
    [InlineData(2, "Give either MOUNTPOINT or --db FILE")]
    [InlineData(2, "--share goes with --db FILE", "/", "--share", "/")]
    [InlineData(3, "not on a MetaFs mount", "/")]
    [InlineData(4, "there is no database", "--db", "/none")]
    [InlineData(4, "is not a MetaFs database", "--db", "/etc/passwd")]
    [InlineData(3, "/none: ENOENT", "--db", "/x", "--share", "/none")]
    public void WrongUseIsToldWithItsOwnStatus(int status, string said, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, ["fsck", .. arguments]);
        Assert.Equal(status, result.ExitCode);
        Assert.Contains(said, result.Errors);
    }

    private void Record(params string[] names)
    {
        foreach (string name in names)
        {
            Posix.CreateFile($"{MountPoint}/{name}", "text");
            Posix.Chown($"{MountPoint}/{name}", 42, 43).Ok();
            Command.Run("touch", "-d", "2001-02-03", $"{MountPoint}/{name}").MustSucceed();
        }
    }

    // ext4 gives the freed number to the next file; another file system may take its time, and then there is nothing to see.
    private string? MakeUntilNumberIs(ulong number)
    {
        for (int i = 0; i < 200; i++)
        {
            Posix.CreateFile($"{Source}/new{i}");
            if (Posix.Stat($"{Source}/new{i}").Ino == number)
                return $"new{i}";
        }

        return null;
    }

    private JsonElement Fsck(int status, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, ["fsck", "--json", .. arguments]);
        Output.WriteLine(result.Output);
        Assert.True(result.ExitCode == status, $"status {result.ExitCode}: {result.Errors}{result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static string? KindOf(JsonElement report, string path) => report.GetProperty("findings").EnumerateArray()
        .Single(f => f.TryGetProperty("path", out JsonElement shown) && shown.GetString() == path)
        .GetProperty("kind").GetString();
}

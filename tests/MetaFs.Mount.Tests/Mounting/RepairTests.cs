using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs fsck --repair</c>, <c>prune</c> and <c>backup</c>: with the mount alive and without it.</summary>
public sealed class RepairTests(ITestOutputHelper output) : MountingTest(output)
{
    private MountPlan Recording => Plan with { Options = "chown=record,chmod=record,utimens=record" };

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsLeftOverGoesIntoQuarantineAndIsNotDeleted(bool live)
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("stays", "gone", "written");
        if (!live)
            mount.Unmount();
        Posix.Unlink(Source + "/gone").Ok();
        File.AppendAllText(Source + "/written", "more");

        string[] which = live ? [MountPoint] : ["--db", Database, "--share", Source];
        JsonElement report = Json(0, ["fsck", "--repair", "--json", .. which]);
        Assert.Equal("quarantined", Done(report, "gone"));
        Assert.Equal("corrected", Done(report, "written"));
        Assert.Equal(2, report.GetProperty("repairs").GetArrayLength());

        JsonElement after = Json(0, ["fsck", "--json", .. which]);
        Assert.Equal(0, after.GetProperty("findings").GetArrayLength());
        Assert.Equal((2, 1), (after.GetProperty("records").GetInt32(), after.GetProperty("quarantined").GetInt32()));
        using MetaFsMount? again = live ? null : Mine(MetaFsMount.Start(Recording));
        Assert.Equal("42:43", Posix.Stat(MountPoint + "/stays").Owner);
        Assert.Equal("42:43", Posix.Stat(MountPoint + "/written").Owner);
        (again ?? mount).Unmount();
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADamagedRecordGoesIntoQuarantineAndItsFileWorksAgain(bool live)
    {
        using (MetaFsMount mount = MetaFsMount.Start(Recording))
        {
            Record("a", "b");
            mount.Unmount();
        }

        Damage("UPDATE record SET uid = -5 WHERE hint_name = CAST('a' AS BLOB)");
        using MetaFsMount? alive = live ? Mine(MetaFsMount.Start(Recording)) : null;
        if (live)
            Assert.False(File.Exists(MountPoint + "/a")); // EIO: half a record is none
        string[] which = live ? [MountPoint] : ["--db", Database, "--share", Source];
        Assert.Equal(1, Json(1, ["fsck", "--json", .. which]).GetProperty("problems").GetInt32());
        JsonElement report = Json(0, ["fsck", "--repair", "--json", .. which]);
        Assert.Equal("quarantined", report.GetProperty("repairs")[0].GetProperty("done").GetString());
        Assert.Equal(0, Json(0, ["fsck", "--json", .. which]).GetProperty("problems").GetInt32());
        using MetaFsMount? again = live ? null : Mine(MetaFsMount.Start(Recording));
        Assert.Equal("0:0", Posix.Stat(MountPoint + "/a").Owner);
        Assert.Equal("42:43", Posix.Stat(MountPoint + "/b").Owner);
        (again ?? alive)!.Unmount();
    }

    [RootFact]
    public void AFileInUseKeepsItsRecord()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("open");
        int fd = Posix.Open(MountPoint + "/open", Posix.O_RDONLY);
        Posix.Unlink(Source + "/open").Ok();
        JsonElement report = Json(0, "fsck", "--repair", "--json", MountPoint);
        Assert.Equal("left", Done(report, "open"));
        Assert.Equal(1, Json(0, "fsck", "--json", MountPoint).GetProperty("records").GetInt32());
        Posix.Close(fd).Ok();
        mount.Unmount();
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void PruneSaysWhatItWouldDeleteAndThenDeletesIt(bool live)
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("stays", "gone");
        if (!live)
            mount.Unmount();
        Posix.Unlink(Source + "/gone").Ok();
        string[] which = live ? [MountPoint] : ["--db", Database, "--share", Source];

        CommandResult dry = MetaFsProgram.Run(null, ["prune", "--dry-run", .. which]);
        Assert.StartsWith("gone: gone (inode ", dry.MustSucceed());
        Assert.Contains("1 record of files that are gone; nothing was deleted", dry.Output);
        Assert.Equal(2, Json(0, "fsck", "--json", "--db", Database).GetProperty("records").GetInt32());

        CommandResult nobody = MetaFsProgram.Run(null, ["prune", .. which]);
        Assert.Equal(2, nobody.ExitCode);
        Assert.Contains("--yes", nobody.Errors);

        JsonElement report = Json(0, ["prune", "--yes", "--json", .. which]);
        Assert.Equal((1, false), (report.GetProperty("dropped").GetInt32(), report.GetProperty("dry_run").GetBoolean()));
        Assert.Equal("gone", report.GetProperty("gone")[0].GetProperty("path").GetString());
        JsonElement after = Json(0, "fsck", "--json", "--db", Database);
        Assert.Equal((1, 0), (after.GetProperty("records").GetInt32(), after.GetProperty("quarantined").GetInt32()));
    }

    [RootFact]
    public void PruneFailsWhereARecordIsInUse()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("gone");
        using (File.OpenRead(MountPoint + "/gone"))
        {
            Posix.Unlink(Source + "/gone").Ok();
            JsonElement report = Json(1, "prune", "--yes", "--json", MountPoint);
            Assert.Equal((1, 0), (report.GetProperty("gone").GetArrayLength(), report.GetProperty("dropped").GetInt32()));
        }

        mount.Unmount();
    }

    [RootFact]
    public void OnlyTheOwnerOfTheMountChangesItsRecords()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Record("gone");
        Posix.Unlink(Source + "/gone").Ok();
        Command.Run("chmod", "a+rX", Records).MustSucceed();
        int directory = new Identity(2000, 2000).Run(() => Posix.Open(MountPoint, Posix.O_RDONLY | Posix.O_DIRECTORY));
        byte[] order = new byte[16382];
        "{\"delete\":true,\"reason\":\"x\",\"records\":[]}"u8.CopyTo(order);
        const uint retire = (3u << 30) | (16382u << 16) | ('M' << 8) | 4;
        Assert.Equal(Errno.EPERM, new Identity(2000, 2000).Run(() => Posix.Ioctl(directory, retire, order)));
        Posix.Ioctl(directory, retire, order).Ok();
        Posix.Close(directory).Ok();
        mount.Unmount();
    }

    [RootFact]
    public void ABackupIsTakenOfALiveMountAndCanBePutBack()
    {
        string copy = Workspace.MakeDirectory("copies", 700) + "/copy.db";
        using (MetaFsMount mount = MetaFsMount.Start(Recording))
        {
            Record("a", "b");
            JsonElement report = Json(0, "backup", "--json", MountPoint, copy);
            Assert.Equal((2, copy), (report.GetProperty("records").GetInt32(), report.GetProperty("file").GetString()));
            Assert.Equal(Oct(600), Posix.Stat(copy).Mode);
            CommandResult again = MetaFsProgram.Run(null, "backup", MountPoint, copy);
            Assert.Equal(1, again.ExitCode);
            Assert.Contains("EEXIST", again.Errors);
            Posix.Chown(MountPoint + "/a", 7, 7).Ok();
            mount.Unmount();
        }

        Assert.Equal(2, Json(0, "fsck", "--json", "--db", copy).GetProperty("records").GetInt32());
        Assert.Equal(["copy.db"], Directory.GetFiles(Path.GetDirectoryName(copy)!).Select(Path.GetFileName));
        File.Move(copy, Database, overwrite: true);
        using MetaFsMount restored = Mine(MetaFsMount.Start(Recording));
        Assert.Equal("42:43", Posix.Stat(MountPoint + "/a").Owner);
        restored.Unmount();
    }

    [RootTheory]
    [InlineData(2, "Give either MOUNTPOINT or --db FILE", "prune")]
    [InlineData(2, "--db FILE needs --share DIR", "prune", "--db", "/x")]
    [InlineData(2, "--json needs --yes or --dry-run", "prune", "/", "--json")]
    [InlineData(3, "not on a MetaFs mount", "prune", "/", "-n")]
    [InlineData(4, "there is no database", "prune", "--db", "/none", "--share", "/", "-y")]
    [InlineData(4, "is not a MetaFs database", "fsck", "--repair", "--db", "/etc/passwd")]
    [InlineData(2, "Give MOUNTPOINT FILE, or --db DATABASE FILE", "backup", "/x")]
    [InlineData(3, "not on a MetaFs mount", "backup", "/", "/x")]
    [InlineData(4, "there is no database", "backup", "--db", "/none", "/tmp/x")]
    [InlineData(4, "is not a MetaFs database", "backup", "--db", "/etc/passwd", "/tmp/x")]
    public void WrongUseIsToldWithItsOwnStatus(int status, string said, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Assert.Equal(status, result.ExitCode);
        Assert.Contains(said, result.Errors);
        Assert.Empty(result.Output);
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

    private void Damage(string statement) => Command.Run(
        "/usr/bin/python3", "-c",
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None); "
        + "d.execute('PRAGMA ignore_check_constraints = ON'); d.execute(sys.argv[2])",
        Database, statement).MustSucceed();

    private JsonElement Json(int status, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Output.WriteLine(result.Output);
        Assert.True(result.ExitCode == status, $"status {result.ExitCode}: {result.Errors}{result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static string? Done(JsonElement report, string path) => report.GetProperty("repairs").EnumerateArray()
        .Single(r => r.TryGetProperty("path", out JsonElement shown) && shown.GetString() == path)
        .GetProperty("done").GetString();
}

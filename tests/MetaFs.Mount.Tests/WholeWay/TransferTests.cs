using System.Text.Json;

namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>What is recorded goes out of one mount and into another, or becomes real: export, import, apply.</summary>
public sealed class TransferTests(ITestOutputHelper output, SampleTrees trees) : MountTest(output), IClassFixture<SampleTrees>
{
    /// <summary>What each form has no words for (the table of <c>metafs export</c> in metafs(1)).</summary>
    private static readonly Dictionary<string, string[]> s_missing = new()
    {
        ["json"] = [],
        ["mtree"] = ["atime", "xattrs"],
        ["tar"] = [],
        ["getfacl"] = ["mtime", "atime", "xattrs"],
        ["rsync"] = ["mtime", "atime"],
        ["fakeroot"] = ["mtime", "atime", "xattrs"],
    };

    [RootFact]
    public void NamesOfAnyBytesComeBackFromEachForm() => ComeBackFromEachForm(2_000);

    [RootFact]
    [Trait("speed", "slow")]
    public void AHundredThousandRecordsComeBackFromEachForm() => ComeBackFromEachForm(100_000);

    /// <summary>The records of one mount, in each form, into an empty database of the same share.</summary>
    private void ComeBackFromEachForm(int records)
    {
        const string options = "chown=record,chmod=record,utimens=record,xattrs=overlay";
        using Workspace workspace = new();
        string share = workspace.MakeDirectory("share");
        string mountPoint = workspace.MakeDirectory("mnt");
        string kept = workspace.MakeDirectory("records", 700);
        MountPlan plan = new(share, mountPoint, kept + "/first.db") { Options = options };
        using (MetaFsMount mount = Mine(MetaFsMount.Start(plan)))
        {
            Command.Run("python3", $"{AppContext.BaseDirectory}/Scripts/any-names.py", mountPoint, $"{records}")
                .MustSucceed();
            foreach (string format in s_missing.Keys)
                MetaFsProgram.Run(null, "export", mountPoint, "--format", format, "-o", $"{kept}/{format}").MustSucceed();
            mount.Unmount();
        }

        string[] first = Listed(plan.Database, []);
        Assert.Equal(records, first.Length);
        foreach ((string format, string[] missing) in s_missing)
        {
            MountPlan again = plan with { Database = $"{kept}/{format}.db" };
            using MetaFsMount mount = Mine(MetaFsMount.Start(again));
            JsonElement report = Json(
                "import", $"{kept}/{format}", mountPoint, "--format", format, "--json");
            Assert.Equal(records, report.GetProperty("applied").GetInt64());
            report = Json("import", $"{kept}/{format}", mountPoint, "--format", format, "--json", "--dry-run");
            Assert.Equal(records, report.GetProperty("unchanged").GetInt64());
            mount.Unmount();
            Assert.Equal(Listed(plan.Database, missing), Listed(again.Database, missing));
        }
    }

    /// <summary>A share is given up: its files are copied to a disk, and get for real what the mount showed.</summary>
    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AfterApplyRsyncFindsNothingToDo(bool fromDatabase)
    {
        Share share = Mine(new Share(ShareKind.BindfsDeny));
        SampleTree tree = trees.For(share);
        Command.Run("tar", "-C", share.MountPoint, "--same-owner", "--numeric-owner", "-xpf", tree.Archive).MustSucceed();
        Command.Run("setfattr", "-n", "user.colour", "-v", "blue", $"{share.MountPoint}/d0/file 1").MustSucceed();
        Command.Run("setfacl", "-m", "u:1000:rw,g:1001:r", $"{share.MountPoint}/d0/file 2").MustSucceed();
        Command.Run("setfacl", "-d", "-m", "u:1000:rwx", $"{share.MountPoint}/d0").MustSucceed();
        string copy = share.Scratch("copy");
        if (fromDatabase)
        {
            // By the server's side: bindfs does not tell which names are of one file.
            Command.Run("rsync", "-aHX", "--numeric-ids", share.Backing + "/", copy + "/").MustSucceed();
            share.Unmount();
            MetaFsProgram.Run(null, "apply", copy, "--db", share.Database).MustSucceed();
            share.Mount();
        }
        else
        {
            Command.Run("rsync", "-rlH", share.MountPoint + "/", copy + "/").MustSucceed();
            JsonElement dry = Json("apply", copy, "--from", share.MountPoint, "--dry-run", "--json");
            JsonElement report = Json("apply", copy, "--from", share.MountPoint, "--json");
            long set = report.GetProperty("applied").GetInt64();
            Assert.True(set > 2000, report.ToString());

            // The second name of a file is as it should be once the first is.
            Assert.Equal(dry.GetProperty("applied").GetInt64(), set + report.GetProperty("unchanged").GetInt64());
        }

        CommandResult rsync = Command.Run(
            "rsync", "-aHAXn", "--numeric-ids", "--itemize-changes", share.MountPoint + "/", copy + "/");
        Assert.Equal(("", ""), (rsync.MustSucceed(), rsync.Errors));
        TreeListing.Of(share.MountPoint, Identity.Root).AssertEqual(TreeListing.Of(copy, Identity.Root));
        share.Unmount();
    }

    /// <summary>What names no file is no success.</summary>
    [RootFact]
    public void WhatHasNoFileCountsAsFailed()
    {
        using Workspace workspace = new();
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording(workspace)));
        Posix.CreateFile(mount.MountPoint + "/file", "text");
        ulong ino = Posix.Stat(mount.MountPoint + "/file").Ino;
        string save = workspace.Path + "/save";
        File.WriteAllText(save, $"dev=0,ino={ino},mode=100600,uid=7,gid=8,nlink=1,rdev=0\n"
            + "dev=0,ino=18446744073709551000,mode=100600,uid=7,gid=8,nlink=1,rdev=0\n");
        CommandResult import = MetaFsProgram.Run(null, "import", save, mount.MountPoint, "--format", "fakeroot", "--json");
        Assert.Equal(1, import.ExitCode);
        Assert.Equal("metafs: inode 18446744073709551000: no file of the mount has it\n", import.Errors);
        JsonElement report = JsonDocument.Parse(import.Output).RootElement;
        Assert.Equal((1, 1), (report.GetProperty("applied").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Equal("7:8", Posix.Stat(mount.MountPoint + "/file").Owner);
        mount.Unmount();
    }

    /// <summary>^C ends an import that waits for its input, and leaves nothing.</summary>
    [RootTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void AnImportThatReadsIsEndedBySignals(string signal, int status)
    {
        using Workspace workspace = new();
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording(workspace)));
        string directory = workspace.MakeDirectory("tmp", 700);

        // Bash has the pipe open for writing too: it never ends.
        CommandResult run = Command.Bash(null, """
            cd "$1"
            mkfifo ../pipe
            exec 3<>../pipe
            echo '{"metafs":"overlay","format":1}' >&3
            TMPDIR=$1 env --default-signal "$2" import - "$3" <../pipe &
            while test -z "$(ls | grep 'metafs-import-.*db$')" || read -t 0 -u 3; do kill -0 $!; done
            kill -s "$4" $!
            status=0
            wait $! || status=$?
            echo "$status"
            ls
            """, directory, MetaFsProgram.Path, mount.MountPoint, signal);
        Assert.Equal($"{status}\n", run.MustSucceed());
        mount.Unmount();
    }

    private static MountPlan Recording(Workspace workspace) => new(
        workspace.MakeDirectory("share"), workspace.MakeDirectory("mnt"),
        workspace.MakeDirectory("records", 700) + "/a.db")
    {
        Options = "chown=record,chmod=record,utimens=record",
    };

    private static JsonElement Json(params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Assert.True(result.ExitCode == 0, $"{result.Line}: status {result.ExitCode}: {result.Errors[..Math.Min(2000, result.Errors.Length)]}");
        Assert.Equal("", result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>Each record's path and what was set, without why, when and by whom; sorted by path.</summary>
    private static string[] Listed(string database, string[] missing)
    {
        string json = MetaFsProgram.Run(null, "list", "--json", "--db", database).MustSucceed();
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(record => Fields(record, missing)).Order(StringComparer.Ordinal)];
    }

    private static string Fields(JsonElement record, string[] missing)
    {
        string path = record.TryGetProperty("path_b64", out JsonElement bytes)
            ? "base64 " + bytes.GetString()
            : record.GetProperty("path").GetString()!;
        string[] names = ["uid", "gid", "mode", "mtime", "atime"];
        IEnumerable<string> values = names.Except(missing)
            .Select(name => $"{name}={record.GetProperty(name).GetProperty("value")}");
        string xattrs = missing.Contains("xattrs") || !record.TryGetProperty("xattrs", out JsonElement list) ? "" : list.ToString();
        return $"{path} {record.GetProperty("ino")} {record.GetProperty("type")} {string.Join(' ', values)} {xattrs}";
    }
}

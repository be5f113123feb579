using System.Diagnostics;
using System.Text.Json;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Probing;

/// <summary>The command on real file systems.</summary>
public sealed class ProbeCommandTests
{
    private const int SIGTERM = 15;

    [Fact]
    public void A_local_directory_is_probed_and_left_as_it_was()
    {
        using var directory = new TempDirectory();
        File.WriteAllText($"{directory.Path}/mine", "x");
        using JsonDocument json = Probe(directory.Path);
        foreach (string name in new[]
        {
            "create_owner", "create_mode", "chmod_file", "chmod_directory", "utimens_mtime", "symlink", "link", "fifo",
            "socket", "name_255", "case_sensitive", "inode_reopen", "link_inode", "unlink_open",
            "unlink_open_leftover", "unlink_open_rmdir", "rename_over_open",
        })
        {
            Assert.Equal("accepts", Verdict(json, name));
        }

        Assert.Equal("untried", Verdict(json, "inode_drop_caches"));
        Assert.Equal([$"{directory.Path}/mine"], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void The_table_is_80_columns_wide()
    {
        using var directory = new TempDirectory();
        CliRun run = CliRun.Inside("probe", directory.Path);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.StartsWith(directory.Path + "\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Output.Split('\n').Skip(2), static line => line.Length > 80);
    }

    [Theory]
    [InlineData("/no such directory", "ENOENT (No such file or directory); DIR must be a directory that exists")]
    [InlineData("/etc/passwd", "ENOTDIR (Not a directory); DIR must be a directory")]
    public void What_cannot_be_probed_is_named_with_its_cure(string path, string expected)
    {
        CliRun run = CliRun.Inside("probe", path);
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Equal($"metafs: {path}: {expected}\n", run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_signal_leaves_nothing_behind()
    {
        using var directory = new TempDirectory();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "metafs"), ["probe", "--slow", directory.Path])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var appears = new FileSystemWatcher(directory.Path);
        using Process process = StartAndAwait(start, appears);
        Assert.Equal(Errno.OK, Libc.Kill(process.Id, SIGTERM));
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((int)ExitCode.Failure, process.ExitCode);
        Assert.Contains("interrupted by a signal, and removed", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [RootFact("tmpfs")]
    public void A_read_only_directory_is_refused_with_its_cure()
    {
        using var mount = TestMount.Tmpfs("ro");
        CliRun run = CliRun.Inside("probe", mount.Path);
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Contains("EROFS (Read-only file system); probing needs", run.Error, StringComparison.Ordinal);
    }

    [RootFact("tmpfs")]
    public void A_tmpfs_keeps_everything_that_root_sets()
    {
        using var mount = TestMount.Tmpfs("size=16m");
        using JsonDocument json = Probe(mount.Path);
        Assert.Equal("tmpfs", json.RootElement.GetProperty("file_system").GetString());
        foreach (JsonProperty fact in json.RootElement.GetProperty("facts").EnumerateObject())
        {
            // User attributes on tmpfs came with Linux 6.6.
            if (fact.Name is not ("user_xattr" or "inode_drop_caches" or "mtime_after_close" or "file_handle"))
                Assert.Equal("accepts", Verdict(json, fact.Name));
        }

        Assert.Empty(json.RootElement.GetProperty("warnings").EnumerateArray());
        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
    }

    [RootFact("vfat", "mkfs.vfat")]
    public void A_vfat_rounds_times_and_moves_inode_numbers()
    {
        using var mount = TestMount.Vfat("uid=33,umask=0");
        using JsonDocument json = Probe(mount.Path);
        Assert.Equal("EPERM", Fact(json, "chown_user").GetProperty("errno").GetString());
        Assert.Equal(2_000_000_000, Fact(json, "utimens_mtime").GetProperty("rounds_to_ns").GetInt64());
        Assert.Equal("EPERM", Fact(json, "symlink").GetProperty("errno").GetString());
        Assert.Equal("ignores", Verdict(json, "case_sensitive"));
        Assert.Contains(
            json.RootElement.GetProperty("warnings").EnumerateArray(),
            static w => w.GetProperty("name").GetString() == "inodes_unstable");
        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
    }

    [RootFact("fuse", "bindfs")]
    public void A_share_that_refuses_is_told_from_one_that_ignores()
    {
        using (var denies = TestMount.Bindfs("--chown-deny", "--chmod-deny"))
        {
            using JsonDocument json = Probe(denies.Path);
            Assert.Equal("EPERM", Fact(json, "chown_user").GetProperty("errno").GetString());
            Assert.Equal("EPERM", Fact(json, "chmod_file").GetProperty("errno").GetString());
            Assert.Equal("absent", Verdict(json, "mode_0"));
            Assert.Empty(Directory.GetFileSystemEntries(denies.Path));
        }

        using (var ignores = TestMount.Bindfs("--chown-ignore", "--chmod-ignore", "--force-user=33"))
        {
            using JsonDocument json = Probe(ignores.Path);
            foreach (string name in new[] { "create_owner", "chown_user", "chmod_file", "chmod_directory", "suid" })
                Assert.Equal("ignores", Verdict(json, name));
            Assert.Equal("kept in the overlay", Fact(json, "chown_user").GetProperty("metafs").GetString());
            Assert.Empty(Directory.GetFileSystemEntries(ignores.Path));
        }
    }

    private static Process StartAndAwait(ProcessStartInfo start, FileSystemWatcher appears)
    {
        using var seen = new ManualResetEventSlim();
        appears.Created += (_, _) => seen.Set();
        appears.EnableRaisingEvents = true;
        Process process = Process.Start(start)!;
        Assert.True(seen.Wait(TimeSpan.FromSeconds(60)), "the probe never began");
        appears.EnableRaisingEvents = false;
        return process;
    }

    private static JsonDocument Probe(string path)
    {
        CliRun run = CliRun.Inside("probe", "--json", path);
        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Ok, run.Code);
        return JsonDocument.Parse(run.Output);
    }

    private static JsonElement Fact(JsonDocument json, string name) =>
        json.RootElement.GetProperty("facts").GetProperty(name);

    private static string Verdict(JsonDocument json, string name) =>
        Fact(json, name).GetProperty("verdict").GetString()!;
}

using System.Text.Json;
using MetaFs.Cli.Doctoring;
using MetaFs.Cli.Reports;
using MetaFs.Cli.Terminals;
using MetaFs.Overlay;

namespace MetaFs.Cli.Tests.Doctoring;

public sealed class DoctorTests
{
    [Theory]
    [InlineData("4.19.0-26-amd64", "Fail")]
    [InlineData("5.4", "Warn")]
    [InlineData("6.1.0-49-amd64", "Warn")]
    [InlineData("6.9.0", "Ok")]
    [InlineData("7.0-rc1+", "Ok")]
    [InlineData("", "Warn")]
    [InlineData("strange", "Warn")]
    public void A_kernel_is_judged_by_its_version(string release, string health) =>
        Assert.Equal(health, MachineChecks.Kernel(release).Health.ToString());

    [Theory]
    [InlineData("libsqlite3.so.0", "Ok")]
    [InlineData("bundled e_sqlite3", "Warn")]
    public void A_bundled_library_is_told(string library, string health) =>
        Assert.Equal(health, MachineChecks.Sqlite(library, "3.40.1").Health.ToString());

    [Theory]
    [InlineData("Y\n", "on: ")]
    [InlineData("N\n", "echo Y > /sys/module/fuse/parameters/enable_uring")]
    [InlineData(null, "not in this kernel")]
    public void Io_uring_is_told_and_never_a_fault(string? content, string said)
    {
        using var temp = new TempDirectory();
        string parameters = temp.Make("sys/module/fuse/parameters");
        if (content is not null)
            File.WriteAllText(parameters + "/enable_uring", content);
        Diagnosis diagnosis = new MachineChecks(temp.Path, isRoot: false).IoUring();
        Assert.Equal("Ok", diagnosis.Health.ToString());
        Assert.Contains(said, diagnosis.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, "Warn", "fuse3")]
    [InlineData(null, false, "Fail", "fuse3")]
    [InlineData("755", true, "Warn", "chmod u+s /usr/bin/fusermount3")]
    [InlineData("755", false, "Fail", "as root: chmod u+s")]
    [InlineData("4755", false, "Ok", null)]
    public void Fusermount3_is_for_users(string? mode, bool isRoot, string health, string? cure)
    {
        using var temp = new TempDirectory();
        string bin = temp.Make("usr/bin");
        if (mode is not null)
        {
            File.WriteAllText(bin + "/fusermount3", "");
            Chmod(bin + "/fusermount3", mode);
        }

        Diagnosis diagnosis = new MachineChecks(temp.Path, isRoot).Fusermount();
        Assert.Equal(health, diagnosis.Health.ToString());
        Assert.Contains(cure ?? "", diagnosis.Cure ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user_allow_other\n", false, "Ok")]
    [InlineData("  user_allow_other  \n", false, "Ok")]
    [InlineData("#user_allow_other\n", false, "Warn")]
    [InlineData("#user_allow_other\n", true, "Ok")]
    [InlineData(null, false, "Warn")]
    public void User_allow_other_is_read_from_its_file(string? content, bool isRoot, string health)
    {
        using var temp = new TempDirectory();
        string etc = temp.Make("etc");
        if (content is not null)
            File.WriteAllText(etc + "/fuse.conf", content);
        Assert.Equal(health, new MachineChecks(temp.Path, isRoot).AllowOther().Health.ToString());
    }

    [Fact]
    public void Databases_are_read_through()
    {
        using var temp = new TempDirectory();
        SqliteOverlayStore.Open($"{temp.Path}/good.db", new OverlayOpenOptions()).Dispose();
        SqliteOverlayStore.Open($"{temp.Path}/open.db", new OverlayOpenOptions()).Dispose();
        Chmod($"{temp.Path}/open.db", "644");
        File.WriteAllText($"{temp.Path}/foreign.db", new string('x', 4096));
        using Progress progress = Progress.Start(TextWriter.Null, quiet: true, "checking");
        Diagnosis[] found = [.. new DatabaseChecks(temp.Path, [$"{temp.Path}/good.db"], progress).Run()];
        Assert.Equal(
            ["Warn", "Ok", "Ok", "Warn"], found.Select(static d => d.Health.ToString()));
        Assert.Contains("foreign.db is not a MetaFs database", found[0].Detail, StringComparison.Ordinal);
        Assert.Contains("good.db: sound, 0 records", found[1].Detail, StringComparison.Ordinal);
        Assert.Contains("can be read by others", found[3].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_fits_80_columns_and_has_the_cure_below()
    {
        Diagnosis[] diagnoses =
        [
            Diagnosis.Ok("kernel", "6.9"),
            Diagnosis.Fail(
                "dead mount", "/srv/a: its daemon has died, and this is a long story that goes on and on", "metafs umount /srv/a"),
            Diagnosis.Warn("sqlite", "3", "install"),
        ];
        string text = DoctorReport.Text(diagnoses, Ink.None);
        Assert.DoesNotContain(text.Split('\n'), static line => line.Length > 80);
        Assert.Contains("\nfail  dead mount        /srv/a: its daemon", text, StringComparison.Ordinal);
        Assert.Contains("\n                        -> metafs umount /srv/a\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n1 failure, 1 warning\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\nall is well\n", DoctorReport.Text([diagnoses[0]], Ink.None), StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(DoctorReport.Json(diagnoses));
        Assert.Equal(1, json.RootElement.GetProperty("failures").GetInt32());
        JsonElement dead = json.RootElement.GetProperty("checks")[1];
        Assert.Equal(
            ("dead mount", "fail", "metafs umount /srv/a"),
            (dead.GetProperty("name").GetString(), dead.GetProperty("status").GetString(),
                dead.GetProperty("cure").GetString()));
    }

    [Fact]
    public void The_command_tells_of_this_machine()
    {
        CliRun run = CliRun.Inside("doctor", "--json");
        using JsonDocument json = JsonDocument.Parse(run.Output);
        bool failed = json.RootElement.GetProperty("failures").GetInt32() > 0;
        Assert.Equal(failed ? ExitCode.Failure : ExitCode.Ok, run.Code);
        string?[] names = [.. json.RootElement.GetProperty("checks").EnumerateArray()
            .Select(static c => c.GetProperty("name").GetString())];
        foreach (string name in (string[])["kernel", "/dev/fuse", "privilege", "fusermount3", "sqlite", "mounts"])
            Assert.Contains(name, names);
        Assert.Empty(run.Error);
    }

    private static void Chmod(string path, string mode)
    {
        using var chmod = System.Diagnostics.Process.Start("chmod", [mode, path]);
        chmod.WaitForExit();
        Assert.Equal(0, chmod.ExitCode);
    }
}

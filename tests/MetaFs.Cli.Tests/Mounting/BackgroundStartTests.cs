using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Mounting;

/// <summary>The way of an error from the daemon to the caller. Mounts that succeed are in MetaFs.Mount.Tests.</summary>
public sealed class BackgroundStartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_missing_source_is_reported_and_leaves_no_mount(bool byHost)
    {
        using var temp = new TempDirectory();
        string mountPoint = temp.Make("mnt");
        CliRun run = CliRun.Outside(byHost, "mount", $"{temp.Path}/none", mountPoint, "-o", $"db={temp.Path}/x.db");
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Equal(
            $"metafs: {temp.Path}/none: ENOENT (No such file or directory); SOURCE must be a directory that exists\n",
            run.Error);
        AssertNothingLeft(mountPoint, $"{temp.Path}/x.db");
    }

    [Theory]
    [InlineData("-f")]
    [InlineData("-d")]
    [InlineData("-o rw")]
    public void Foreground_and_background_answer_alike(string how)
    {
        using var temp = new TempDirectory();
        string source = temp.Make("share");
        CliRun run = CliRun.Outside(
            false, ["mount", source, source + "/none", "-o", $"db={temp.Path}/x.db", .. how.Split(' ')]);
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.StartsWith("metafs: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("MOUNTPOINT must be a directory that exists", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("share/meta.db", "lies on the share")]
    [InlineData("share/deeper/meta.db", "lies on the share")]
    [InlineData("link/meta.db", "lies on the share")]
    [InlineData("mnt/meta.db", "lies below the mount point")]
    public void A_database_in_the_wrong_place_is_refused_before_it_is_made(string file, string expected)
    {
        using var temp = new TempDirectory();
        string source = temp.Make("share");
        temp.Make("share/deeper");
        string mountPoint = temp.Make("mnt");
        File.CreateSymbolicLink($"{temp.Path}/link", source);
        CliRun run = CliRun.Outside(false, "mount", source, mountPoint, "-o", $"db={temp.Path}/{file}");
        Assert.Equal(ExitCode.Database, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Contains("-o db=FILE", run.Error, StringComparison.Ordinal);
        AssertNothingLeft(mountPoint, $"{temp.Path}/{file}");
    }

    [Theory]
    [InlineData("share", "share/mnt", "MOUNTPOINT is inside SOURCE")]
    [InlineData("share", "link/mnt", "MOUNTPOINT is inside SOURCE")]
    [InlineData("share/mnt", "share", "is inside MOUNTPOINT")]
    public void Places_inside_each_other_are_refused(string from, string to, string expected)
    {
        using var temp = new TempDirectory();
        temp.Make("share/mnt");
        File.CreateSymbolicLink($"{temp.Path}/link", $"{temp.Path}/share");
        CliRun run = CliRun.Outside(
            false, "mount", $"{temp.Path}/{from}", $"{temp.Path}/{to}", "-o", $"db={temp.Path}/x.db");
        Assert.Equal(ExitCode.Share, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        AssertNothingLeft($"{temp.Path}/{to}", $"{temp.Path}/x.db");
    }

    private static void AssertNothingLeft(string mountPoint, string database)
    {
        Assert.DoesNotContain(MountInfo.Read(), e => System.Text.Encoding.UTF8.GetString(e.MountPoint) == mountPoint);
        Assert.False(File.Exists(database));
    }
}

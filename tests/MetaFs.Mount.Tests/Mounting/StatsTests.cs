using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs stats</c>: what a mount tells of itself.</summary>
public sealed class StatsTests(ITestOutputHelper output) : MountingTest(output)
{
    [RootFact]
    public void WhatWasDoneIsCounted()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Options = "chown=record" }));
        for (int i = 0; i < 10; i++)
        {
            Posix.CreateFile($"{MountPoint}/f{i}", "text");
            Posix.Chown($"{MountPoint}/f{i}", 4242, 43).Ok();
        }

        Assert.False(File.Exists(MountPoint + "/none"));
        JsonElement stats = Stats();
        JsonElement requests = stats.GetProperty("requests");
        Assert.Equal(10, requests.GetProperty("CREATE").GetProperty("count").GetInt32());
        JsonElement setattr = requests.GetProperty("SETATTR");
        Assert.InRange(setattr.GetProperty("p50_ns").GetInt64(), 1, setattr.GetProperty("max_ns").GetInt64());
        Assert.True(requests.GetProperty("LOOKUP").GetProperty("errors").GetProperty("ENOENT").GetInt32() > 0);
        JsonElement owner = stats.GetProperty("attributes").EnumerateArray().Single(a =>
            a.GetProperty("attribute").GetString() == "uid" && a.GetProperty("outcome").GetString() == "option");
        Assert.Equal(10, owner.GetProperty("count").GetInt32());
        Assert.Equal(10, stats.GetProperty("records").GetInt32());
        Assert.InRange(stats.GetProperty("counters").GetProperty("commits").GetInt64(), 10, 100);
        Assert.InRange(
            stats.GetProperty("counters").GetProperty("fds").GetInt64(), 10,
            stats.GetProperty("counters").GetProperty("fd_limit").GetInt64());
        Assert.Equal(mount.Pid, stats.GetProperty("pid").GetInt32());
        mount.Unmount();
    }

    [RootFact]
    public void WhoMayNotReadTheDatabaseIsToldTheRest()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        CommandResult result = MetaFsProgram.Run(new Identity(2000, 2000), "stats", "--json", MountPoint);
        JsonElement stats = JsonDocument.Parse(result.MustSucceed()).RootElement;
        Assert.False(stats.TryGetProperty("records", out _));
        Assert.True(stats.GetProperty("uptime_ns").GetInt64() > 0);
        mount.Unmount();
    }

    [RootFact]
    [Trait("speed", "slow")]
    public void WatchingGoesOnUntilItIsInterrupted()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan));
        CommandResult result = Command.Bash(
            null, "env --default-signal=INT timeout -s INT 3 \"$1\" stats --watch 0.5 --json \"$2\" || [ $? = 124 ]",
            MetaFsProgram.Path, MountPoint);
        string[] lines = result.MustSucceed().TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 2, 7);
        foreach (string line in lines)
            Assert.Equal(mount.Pid, JsonDocument.Parse(line).RootElement.GetProperty("pid").GetInt32());
        Assert.Empty(result.Errors);
        mount.Unmount();
    }

    private JsonElement Stats()
    {
        string json = MetaFsProgram.Run(null, "stats", "--json", MountPoint).MustSucceed();
        Output.WriteLine(json);
        return JsonDocument.Parse(json).RootElement;
    }
}

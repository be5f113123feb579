using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary>The commands that look, while programs write as fast as they can: no error on either side.</summary>
[Trait("speed", "slow")]
public sealed class BusyMountTests(ITestOutputHelper output) : MountingTest(output)
{
    private const int Untars = 16;
    private const int Files = 800;

    [RootFact]
    public void NobodyIsDisturbedBySixteenUntars()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Plan with { Options = "chown=record,chmod=record,utimens=record" }));
        string tree = Workspace.MakeDirectory("tree");
        for (int i = 0; i < Files; i++)
        {
            Posix.CreateFile($"{tree}/f{i}", "text");
            Posix.Chown($"{tree}/f{i}", 1000 + (uint)(i % 7), 50).Ok();
        }

        string archive = Workspace.Path + "/tree.tar";
        Command.Run("tar", "-C", tree, "-cf", archive, ".").MustSucceed();
        Task<CommandResult>[] untars = [.. Enumerable.Range(0, Untars).Select(n =>
        {
            string target = $"{MountPoint}/t{n}";
            Posix.Mkdir(target, Oct(755)).Ok();
            return Task.Run(() => Command.Run("tar", "-C", target, "--same-owner", "-xpf", archive));
        })];

        int looks = 0;
        string copies = Workspace.MakeDirectory("copies", 700);
        do
        {
            Json("list", "--json", MountPoint);
            JsonElement report = Json("fsck", "--json", MountPoint);
            Assert.Equal(0, report.GetProperty("problems").GetInt32());
            Assert.True(Json("stats", "--json", MountPoint).GetProperty("pid").GetInt32() == mount.Pid);
            Json("backup", "--json", MountPoint, $"{copies}/{looks}.db");
            looks++;
        }
        while (!Task.WaitAll(untars, 0));

        Output.WriteLine($"{looks} looks");
        foreach (Task<CommandResult> untar in untars)
        {
            Assert.Equal("", untar.Result.MustSucceed() + untar.Result.Errors);
            Assert.Equal("", Command.Run("tar", "-C", $"{MountPoint}/t0", "-df", archive).MustSucceed());
        }

        JsonElement settled = Json("fsck", "--json", MountPoint);
        Assert.Equal(0, settled.GetProperty("findings").GetArrayLength());
        Assert.Equal(Untars * (Files + 1), settled.GetProperty("found").GetInt32());
        mount.Unmount();
        Assert.DoesNotContain("failed", File.ReadAllText(mount.Log), StringComparison.Ordinal);
    }

    private static JsonElement Json(params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Assert.Equal("", result.Errors);
        return JsonDocument.Parse(result.MustSucceed()).RootElement;
    }
}

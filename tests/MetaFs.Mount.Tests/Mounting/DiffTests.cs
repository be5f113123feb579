using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs diff</c>: where programs see something else than the share shows.</summary>
public sealed class DiffTests(ITestOutputHelper output) : MountingTest(output)
{
    private MountPlan Recording => Plan with { Options = "chown=record,chmod=record,utimens=record" };

    [RootFact]
    public void AMountWithoutRecordsIsAsItsShare()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        CommandResult result = MetaFsProgram.Run(null, "diff", MountPoint);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Errors));
        JsonElement report = Diff(0, MountPoint);
        Assert.Equal(0, report.GetProperty("differences").GetArrayLength());
        Assert.Equal((2, 0), (report.GetProperty("names").GetInt32(), report.GetProperty("different").GetInt32()));
        mount.Unmount();
    }

    [RootFact]
    public void EachFieldHasItsLetterAndBothValues()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        foreach (string name in (string[])["owner", "group", "mode", "times", "same"])
            Posix.CreateFile($"{MountPoint}/{name}", "text");
        Posix.Chown(MountPoint + "/owner", 4242, uint.MaxValue).Ok();
        Posix.Chown(MountPoint + "/group", uint.MaxValue, 43).Ok();
        Posix.Chmod(MountPoint + "/mode", Oct(600)).Ok();
        Command.Run("touch", "-d", "2001-02-03", MountPoint + "/times").MustSucceed();
        Posix.Mkdir(MountPoint + "/d", Oct(755)).Ok();
        Posix.Symlink("nowhere", MountPoint + "/d/link").Ok();
        Posix.Lchown(MountPoint + "/d/link", 5, 6).Ok();

        CommandResult result = MetaFsProgram.Run(null, "diff", MountPoint);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            ".L....og... d/link\n.f.....g... group\n.f...p..... mode\n.f....o.... owner\n.f..t...u.. times\n", result.Output);

        JsonElement report = Diff(1, MountPoint);
        Assert.Equal(5, report.GetProperty("different").GetInt32());
        JsonElement owner = report.GetProperty("differences").EnumerateArray()
            .Single(d => d.GetProperty("path").GetString() == "owner").GetProperty("uid");
        Assert.Equal((4242, 0), (owner.GetProperty("mount").GetInt32(), owner.GetProperty("share").GetInt32()));
        Assert.Equal(1, Diff(1, MountPoint, "d").GetProperty("different").GetInt32());
        Assert.Equal(1, Diff(1, MountPoint + "/d").GetProperty("different").GetInt32());
        Assert.Equal(1, Diff(1, MountPoint, "d/link").GetProperty("names").GetInt32());
        Assert.Equal(0, Diff(0, MountPoint, "same").GetProperty("different").GetInt32());
        Assert.Contains("    owner   4242\n      share root (0)\n", MetaFsProgram.Run(null, "diff", "-v", MountPoint).Output);
        mount.Unmount();
    }

    [RootFact]
    public void AMountOverItsOwnShareIsComparedWithWhatItCovers()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording with { MountPoint = Source }));
        Posix.Chown(Source + "/f", 7, 8).Ok();
        Assert.Equal(".f....og... f\n", MetaFsProgram.Run(null, "diff", Source).Output);
        mount.Unmount();
    }

    [RootTheory]
    [InlineData(2, "Required argument missing")]
    [InlineData(3, "not on a MetaFs mount", "/")]
    [InlineData(3, "/none: ENOENT", "/none")]
    public void WrongUseIsNoDifference(int status, string said, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, ["diff", .. arguments]);
        Assert.Equal(status, result.ExitCode);
        Assert.Contains(said, result.Errors);
    }

    [RootFact]
    public void AStrangerIsToldWhyNot()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        CommandResult result = MetaFsProgram.Run(new Identity(2000, 2000), "diff", MountPoint);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("EACCES", result.Errors);
        Assert.Contains("only root and the mount's owner", result.Errors);
        mount.Unmount();
    }

    private JsonElement Diff(int status, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, ["diff", "--json", .. arguments]);
        Output.WriteLine(result.Output);
        Assert.True(result.ExitCode == status, $"status {result.ExitCode}: {result.Errors}{result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }
}

using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs rebind</c>: a share that comes back under another name keeps its records.</summary>
public sealed class RebindTests(ITestOutputHelper output) : MountingTest(output)
{
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

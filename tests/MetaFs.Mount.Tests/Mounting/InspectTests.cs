using System.Text.Json;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary><c>metafs show</c> and <c>metafs list</c> of a live mount: who set what, and what still counts.</summary>
public sealed class InspectTests(ITestOutputHelper output) : MountingTest(output)
{
    private MountPlan Recording => Plan with { Options = "chown=record,chmod=record,utimens=record" };

    [RootFact]
    public void WhoSetAFieldIsTold()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Posix.Chmod(MountPoint, Oct(777)).Ok();
        var service = new Identity(1000, 1000);
        service.Run(() => Posix.CreateFile(MountPoint + "/new", "text"));
        Posix.Chown(MountPoint + "/new", 4242, uint.MaxValue).Ok();
        JsonElement record = Json(0, "show", "--json", MountPoint + "/new")[0].GetProperty("record");
        Assert.Equal(0, record.GetProperty("uid").GetProperty("set_by").GetInt32());
        Assert.Equal(1000, record.GetProperty("gid").GetProperty("set_by").GetInt32());
        Assert.True(
            record.GetProperty("gid").GetProperty("set_at_ns").GetInt64()
            < record.GetProperty("uid").GetProperty("set_at_ns").GetInt64());
        mount.Unmount();
        using MetaFsMount again = Mine(MetaFsMount.Start(Recording));
        JsonElement after = Json(0, "show", "--json", MountPoint + "/new")[0].GetProperty("record");
        Assert.Equal(record.ToString(), after.ToString());
        again.Unmount();
    }

    [RootFact]
    public void AllThatIsRecordedBelowADirectoryIsShown()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        Posix.Mkdir(MountPoint + "/d", Oct(755)).Ok();
        foreach (string name in (string[])["d/a", "d/b", "d/plain", "c"])
            Posix.CreateFile($"{MountPoint}/{name}", "text");
        foreach (string name in (string[])["d/a", "d/b", "c"])
            Posix.Chown($"{MountPoint}/{name}", 4242, 43).Ok();
        string[] paths = [.. Json(0, "show", "-r", "--json", MountPoint + "/d").EnumerateArray()
            .Select(file => file.GetProperty("path").GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal([MountPoint + "/d", MountPoint + "/d/a", MountPoint + "/d/b"], paths);
        mount.Unmount();
    }

    [RootFact]
    public void RecordsAreFoundByWhatTheyAreAndByWhatTheShareSays()
    {
        using MetaFsMount mount = Mine(MetaFsMount.Start(Recording));
        foreach (string name in (string[])["good", "written", "gone"])
        {
            Posix.CreateFile($"{MountPoint}/{name}", "text");
            Posix.Chown($"{MountPoint}/{name}", 4242, 43).Ok();
            Command.Run("touch", "-d", "2001-02-03", $"{MountPoint}/{name}").MustSucceed();
        }

        Posix.Chown(MountPoint + "/good", 4243, 43).Ok();
        File.AppendAllText(Source + "/written", "more");
        Posix.Unlink(Source + "/gone").Ok();
        Assert.Equal(["good"], Listed("--valid"));
        Assert.Equal(["gone", "written"], Listed("--void"));
        Assert.Equal(["good"], Listed("--owner", "4243"));
        Assert.Equal(["gone", "written"], Listed("--owner", "4242", "--reason", "option"));
        Assert.Equal(["gone", "written"], Listed("--owner", "4242", "--reason", "OPTION"));
        Assert.Equal(["gone", "good"], Listed("--path", MountPoint + "/go*"));
        string relative = Command.Bash(
            null, "cd \"$1\"; \"$2\" list \"$3\" --path \"$3/good\"; \"$2\" list \"$3\" --path \"./$3/good\"",
            Path.GetDirectoryName(MountPoint)!, MetaFsProgram.Path, Path.GetFileName(MountPoint)).MustSucceed();
        Assert.EndsWith(" good", Assert.Single(relative.TrimEnd().Split('\n')));
        Assert.Equal(3, Listed("--newer", "1h").Length);
        Assert.Empty(Listed("--older", "1h"));
        Assert.Equal("void_times", Json(0, "list", "--json", "--void", "--path", "written", MountPoint)[0]
            .GetProperty("state").GetString());
        mount.Unmount();
    }

    private string[] Listed(params string[] filter) =>
        [.. Json(0, ["list", "--json", MountPoint, .. filter]).EnumerateArray()
            .Select(row => row.GetProperty("path").GetString()!).Order(StringComparer.Ordinal)];

    private JsonElement Json(int status, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Output.WriteLine(result.Output);
        Assert.True(result.ExitCode == status, $"status {result.ExitCode}: {result.Errors}{result.Output}");
        return JsonDocument.Parse(result.Output).RootElement;
    }
}

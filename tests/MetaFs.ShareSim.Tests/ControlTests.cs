using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>The socket: commands, answers, counters, the log.</summary>
public sealed class ControlTests(SimFixture sim) : SimTest(sim)
{
    [RootFact]
    public void FaultsAreListedUnderTheirNumbersAndClearedByThem()
    {
        string before = Directory;
        string first = Sim.Process.Ctl($"refuse chown EPERM on {before}/f")[0];
        string second = Sim.Process.Ctl("round 2s")[0];
        Assert.Equal([$"{first} refuse chown EPERM on {before}/f", $"{second} round 2s"], Sim.Process.Ctl("list"));
        Sim.Process.Ctl($"clear {first}");
        Assert.Equal([$"{second} round 2s"], Sim.Process.Ctl("list"));
        Assert.Contains("'list'", Sim.Process.CtlError($"clear {first}"));
        Sim.Process.Ctl("clear");
        Assert.Empty(Sim.Process.Ctl("list"));
    }

    [RootTheory]
    [InlineData("refuse chwon EPERM", "'chwon'")]
    [InlineData("frobnicate", "'frobnicate': one of list, clear")]
    [InlineData("clear x", "'x'")]
    [InlineData("clear 1 2", "'2'")]
    [InlineData("calls twice", "'twice': reset")]
    [InlineData("renumber twice", "'twice': again")]
    [InlineData("log relative", "'relative'")]
    [InlineData("log /nonexistent/log", "/nonexistent")]
    [InlineData("", "''")]
    public void AWrongCommandIsAnsweredByAnErrorThatNamesTheWord(string command, string named)
    {
        Assert.NotEmpty(Directory);
        Assert.Contains(named, Sim.Process.CtlError(command));
        Assert.Empty(Sim.Process.Ctl("list"));
    }

    [RootFact]
    public void CallsAreCountedUntilTheyAreReset()
    {
        MakeFile("f");
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 1, 2));
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 1, 2));
        Assert.Equal(2, Sim.Process.Calls("chown"));
        Sim.Process.Ctl("calls reset");
        Assert.Equal(0, Sim.Process.Calls("chown"));
    }

    [RootFact]
    public void TheLogHasALineForEachCallWithArgumentsAndAnswer()
    {
        MakeFile("f");
        string log = Sim.Workspace + "/log";
        Sim.Process.Ctl("log " + log);
        Fault("refuse chmod EROFS");
        Assert.Equal(Errno.OK, Sys.Chown(At("f"), 1, 2));
        Assert.Equal(Errno.EROFS, Sys.Chmod(At("f"), 0x1A4));
        Sim.Process.Ctl("log off");
        Assert.Equal(Errno.EROFS, Sys.Chmod(At("f"), 0x180));
        string[] lines = System.IO.File.ReadAllLines(log);
        Assert.Contains($"chown {Directory}/f uid=1 gid=2 OK", lines);
        Assert.Contains($"chmod {Directory}/f mode=0644 EROFS", lines);
        Assert.DoesNotContain(lines, line => line.Contains("mode=0600", StringComparison.Ordinal));
    }

    [RootFact]
    public void TheSocketSpeaksLinesToAnyProgram()
    {
        const string script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            f = s.makefile('rw')
            for line in 'calls reset', 'round 2s', 'nonsense', 'clear':
                f.write(line + '\n')
                f.flush()
                print(f.readline().split()[0])
            """;
        Assert.NotEmpty(Directory);
        (int status, string output, string errors) = Programs.Run("python3", "-c", script, Sim.MountPoint + ".ctl");
        Assert.Equal((0, "ok\nok\nerror\nok\n", ""), (status, output, errors));
    }

    [RootFact]
    public void CtlSendsItsWordsPrintsTheAnswerAndFailsOnError()
    {
        Assert.NotEmpty(Directory);
        string socket = Sim.MountPoint + ".ctl";
        Assert.Equal(0, Programs.ShareSim("ctl", socket, "round", "2s").Status);
        Assert.EndsWith(" round 2s\n", Programs.ShareSim("ctl", socket, "list").Output);
        (int status, string output, string errors) = Programs.ShareSim("ctl", socket, "round", "two");
        Assert.Equal((1, ""), (status, output));
        Assert.Contains("'two'", errors);
        Assert.Contains("refuse CALL", Programs.ShareSim("ctl", socket, "help").Output);
        Assert.Contains("is the share mounted", Programs.ShareSim("ctl", "/nonexistent", "list").Errors);
    }
}

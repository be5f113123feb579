using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MetaFs.ShareSim.Tests.Harness;

/// <summary>A running <c>sharesim BACKING MOUNTPOINT -f</c>, commanded by its socket.</summary>
/// <remarks>Also compiled into the mount tests, so it knows nothing of either project.</remarks>
public sealed class ShareSimProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Socket _socket;
    private readonly System.IO.StreamReader _reader;

    private ShareSimProcess(Process process, string mountPoint)
    {
        _process = process;
        MountPoint = mountPoint;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
                _errors.Append(e.Data).Append('\n');
        };
        process.BeginErrorReadLine();
        string? line = process.StandardOutput.ReadLine();
        if (line is null || !line.StartsWith("ready", StringComparison.Ordinal))
        {
            process.WaitForExit();
            throw new InvalidOperationException($"sharesim did not start: {line}\n{Errors}");
        }

        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(mountPoint + ".ctl"));
        _reader = new System.IO.StreamReader(new NetworkStream(_socket));
    }

    /// <summary>The program, built beside these tests in the same configuration.</summary>
    public static string Program { get; } = FindProgram();

    public string MountPoint { get; }

    /// <summary>What it printed to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Starts it and returns when the mount answers.</summary>
    public static ShareSimProcess Start(string backing, string mountPoint, params string[] options)
    {
        var start = new ProcessStartInfo(Program, [backing, mountPoint, "-f", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        return new ShareSimProcess(Process.Start(start)!, mountPoint);
    }

    /// <summary>A command that must succeed.</summary>
    /// <returns>The lines before "ok", and what stands after that word.</returns>
    public string[] Ctl(string command)
    {
        List<string> lines = Send(command);
        string last = lines[^1];
        if (last != "ok" && !last.StartsWith("ok ", StringComparison.Ordinal))
            throw new InvalidOperationException($"{command}: {last}");
        return last == "ok" ? [.. lines.SkipLast(1)] : [.. lines.SkipLast(1), last[3..]];
    }

    /// <summary>A command that must fail.</summary>
    /// <returns>Why it did.</returns>
    public string CtlError(string command)
    {
        string last = Send(command)[^1];
        return last.StartsWith("error ", StringComparison.Ordinal)
            ? last["error ".Length..]
            : throw new InvalidOperationException($"{command}: {last}");
    }

    /// <summary>How often a call came since "calls reset".</summary>
    public long Calls(string call)
    {
        string? line = Ctl("calls").FirstOrDefault(one => one.StartsWith(call + " ", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[call.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until a call hangs.</summary>
    public void WaitUntilHanging(string line)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!Ctl("hanging").Any(one => one.StartsWith(line, StringComparison.Ordinal)))
        {
            if (waited.Elapsed > s_patience)
                throw new TimeoutException($"no call hangs that begins with '{line}'");
            Thread.Sleep(5);
        }
    }

    /// <summary>Ends it as a signal would; the share is unmounted.</summary>
    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
        if (!_process.HasExited)
        {
            using Process kill = Process.Start("kill", [string.Create(CultureInfo.InvariantCulture, $"{_process.Id}")]);
            kill.WaitForExit();
            if (!_process.WaitForExit(s_patience))
            {
                _process.Kill();
                throw new TimeoutException($"sharesim on {MountPoint} did not end\n{Errors}");
            }
        }

        _process.Dispose();
    }

    private List<string> Send(string command)
    {
        _socket.Send(Encoding.UTF8.GetBytes(command + "\n"));
        List<string> lines = [];
        do
            lines.Add(_reader.ReadLine() ?? throw new InvalidOperationException($"{command}: it has gone\n{Errors}"));
        while (lines[^1] != "ok" && !lines[^1].StartsWith("ok ", StringComparison.Ordinal)
            && !lines[^1].StartsWith("error ", StringComparison.Ordinal));
        return lines;
    }

    // .../tests/PROJECT/bin/CONFIGURATION/FRAMEWORK/ -> .../tools/ShareSim/bin/CONFIGURATION/FRAMEWORK/sharesim
    private static string FindProgram()
    {
        string[] here = AppContext.BaseDirectory.TrimEnd('/').Split('/');
        string checkout = string.Join('/', here[..^5]);
        return $"{checkout}/tools/ShareSim/bin/{here[^2]}/{here[^1]}/sharesim";
    }
}

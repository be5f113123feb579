using System.Diagnostics;
using System.Text;

namespace MetaFs.Model.Running;

/// <summary>A running <c>metafs mount -f</c>, to be killed.</summary>
internal sealed class Daemon : IDisposable
{
    private const int MNT_DETACH = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _mountPoint;
    private readonly Queue<string> _lastWords = new();

    private Daemon(Process process, string mountPoint)
    {
        _process = process;
        _mountPoint = mountPoint;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Mounts and returns when the mount answers.</summary>
    public static Daemon Mount(string program, string share, string mountPoint, string options)
    {
        ProcessStartInfo start = new(program, ["mount", share, mountPoint, "-f", "-o", options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        Daemon daemon = new(Process.Start(start)!, mountPoint);
        Stopwatch waited = Stopwatch.StartNew();
        while (!daemon.IsMounted)
        {
            if (daemon._process.HasExited || waited.Elapsed > s_patience)
                throw new UsageException($"{program} mount {share} {mountPoint} -o {options}: no mount\n{daemon.LastWords}");
            Thread.Sleep(2);
        }

        // The first stat waits in the kernel for the INIT handshake.
        Directories.Open(mountPoint).Dispose();
        return daemon;
    }

    public bool IsRunning => !_process.HasExited;

    public string LastWords
    {
        get
        {
            lock (_lastWords)
                return string.Join('\n', _lastWords);
        }
    }

    private bool IsMounted => MountInfo.Read().Any(mount =>
        mount.Type == "fuse.metafs" && mount.MountPoint.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(_mountPoint)));

    /// <summary>SIGKILL.</summary>
    /// <returns>When, ns since the epoch.</returns>
    public long Kill()
    {
        long at = Libc.RealtimeNanoseconds();
        Errno errno = Libc.Kill(_process.Id, Libc.SIGKILL);
        if (errno != Errno.OK)
            throw new InvalidOperationException($"kill: {errno}; the daemon had ended by itself:\n{LastWords}");
        _process.WaitForExit();
        return at;
    }

    /// <summary>Takes the dead mount away.</summary>
    public void Detach()
    {
        while (IsMounted)
        {
            Errno errno = Libc.Umount2(ByteString.ArgumentToC(_mountPoint), MNT_DETACH);
            if (errno != Errno.OK)
                throw new InvalidOperationException($"umount {_mountPoint}: {errno}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        Detach();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        const int Most = 40;
        if (line is null)
            return;
        lock (_lastWords)
        {
            _lastWords.Enqueue(line);
            if (_lastWords.Count > Most)
                _lastWords.Dequeue();
        }
    }
}

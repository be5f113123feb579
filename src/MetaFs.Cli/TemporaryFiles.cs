using System.Runtime.InteropServices;

namespace MetaFs.Cli;

/// <summary>Files that are to be gone at the end of a command, also if a signal ends it.</summary>
internal sealed class TemporaryFiles : IDisposable
{
    private readonly string[] _paths;
    private readonly PosixSignalRegistration[] _signals;

    // Also read by the thread of the signals.
    private volatile bool _isKept;

    /// <param name="paths">They need not exist.</param>
    public TemporaryFiles(params string[] paths)
    {
        _paths = paths;

        // Not cancelled: the program ends by the signal, as the shell expects.
        _signals = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            .Select(signal => PosixSignalRegistration.Create(signal, _ => Remove()))];
    }

    /// <summary>A database with its companions.</summary>
    public static TemporaryFiles OfDatabase(string database) =>
        new(database, database + "-wal", database + "-shm", database + "-intents", database + ".lock");

    /// <summary>They are complete, and stay.</summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        Remove();
    }

    private void Remove()
    {
        // Where one could not be made its directory may not be ours.
        foreach (string path in _isKept ? [] : _paths)
        {
            if (File.Exists(path))
                File.Delete(path);
        }
    }
}

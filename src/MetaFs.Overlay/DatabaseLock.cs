// One mount per database.
using System.Globalization;
using System.Text;

namespace MetaFs.Overlay;

/// <summary>Holds a database for one store; the kernel lets go of it however the process ends.</summary>
/// <remarks>
/// A record lock (fcntl(2)) on the first byte of "FILE.lock", whose text is the holder's pid. Not flock(2) through
/// FileShare.None: .NET takes a shared flock on every file it reads, so nobody could read who the holder is, and
/// DOTNET_SYSTEM_IO_DISABLEFILELOCKING switches that off. Record locks do not exclude within one process and are
/// dropped when any descriptor of the file is closed; the set of held paths covers both. The file is never deleted:
/// two processes could then hold locks on two files of one name.
/// </remarks>
internal sealed class DatabaseLock : IDisposable
{
    private const int EAGAIN = 11;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    // Guards s_held, and is kept while a lock file is opened or closed: nobody else here may close one that is held.
    private static readonly Lock s_gate = new();

    // Databases held by this process, by path.
    private static readonly HashSet<string> s_held = [];

    private readonly string _database;
    private readonly FileStream _file;

    private DatabaseLock(string database, FileStream file)
    {
        _database = database;
        _file = file;
    }

    /// <summary>The lock file of a database.</summary>
    public static string FileOf(string database) => database + ".lock";

    /// <summary>Whether this process holds the lock.</summary>
    public static bool IsHeldHere(string database)
    {
        lock (s_gate)
            return s_held.Contains(database);
    }

    /// <summary>Takes the lock, waiting at most <paramref name="wait"/> for its holder to go away.</summary>
    /// <exception cref="OverlayException">Held by another mount, or the lock file cannot be made.</exception>
    public static DatabaseLock Acquire(string database, TimeSpan wait)
    {
        long deadline = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        using ManualResetEventSlim never = new();
        while (true)
        {
            if (TryAcquire(database) is { } held)
                return held;
            if (Environment.TickCount64 >= deadline)
                throw Busy(database);
            never.Wait(s_poll);
        }
    }

    /// <summary>Lets go.</summary>
    public void Dispose()
    {
        lock (s_gate)
        {
            _file.Dispose();
            s_held.Remove(_database);
        }
    }

    private static DatabaseLock? TryAcquire(string database)
    {
        lock (s_gate)
        {
            if (s_held.Contains(database))
                return null;

            FileStream? file = null;
            try
            {
                file = new FileStream(FileOf(database), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite,
                    UnixCreateMode = OwnerOnly,
                    BufferSize = 0,
                });
                file.Lock(0, 1);
            }
            catch (IOException e) when (file is not null && e.HResult == EAGAIN)
            {
                file.Dispose();
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                file?.Dispose();
                throw new OverlayException(
                    $"lock file {FileOf(database)} cannot be locked: {FileTrouble.Of(e)}; "
                    + "give db=FILE in a directory of yours", e);
            }

            s_held.Add(database);
            WriteHolder(file);
            return new DatabaseLock(database, file);
        }
    }

    private static void WriteHolder(FileStream file)
    {
        try
        {
            file.SetLength(0);
            string text = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n");
            file.Write(Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            // A full disk: the lock holds all the same, only its text is missing.
        }
    }

    private static OverlayException Busy(string database)
    {
        int? holder = IsHeldHere(database) ? Environment.ProcessId : ReadHolder(database);
        string who = holder is { } pid
            ? string.Create(CultureInfo.InvariantCulture, $"process {pid}")
            : "another process";
        return new OverlayException($"database {database} is in use by {who}; unmount it first or give db=FILE");
    }

    private static int? ReadHolder(string database)
    {
        try
        {
            using FileStream file = new(FileOf(database), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[16];
            int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return int.TryParse(
                text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                ? pid
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

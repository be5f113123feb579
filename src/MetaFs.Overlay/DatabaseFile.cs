// What is checked and made around a database file before SQLite sees it.
using System.Buffers.Binary;

namespace MetaFs.Overlay;

/// <summary>The database's file and its companions: "-wal", "-shm", "-intents" and ".lock".</summary>
internal static class DatabaseFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string AnotherPlace = "give db=FILE in a directory of yours on a local disk";

    // https://www.sqlite.org/fileformat.html, section 1.3.
    private const int HeaderLength = 100;
    private const int ApplicationIdOffset = 68;

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    /// <summary>The write-ahead log of a database.</summary>
    public static string LogOf(string database) => database + "-wal";

    /// <summary>The shared memory of a database.</summary>
    public static string SharedMemoryOf(string database) => database + "-shm";

    /// <summary>The log of records on their way into a database.</summary>
    public static string IntentsOf(string database) => database + "-intents";

    /// <summary>Makes the path absolute.</summary>
    public static string Absolute(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new OverlayException("the database's file name is empty or has a NUL; give db=FILE");
        return Path.GetFullPath(path);
    }

    /// <summary>Refuses places where a database would be unsafe.</summary>
    public static void CheckPlace(string database)
    {
        string directory = Path.GetDirectoryName(database) ?? "/";
        if (Directory.Exists(database))
            throw new OverlayException($"database {database} is a directory; give db=FILE with a file in it");
        if (!Directory.Exists(directory))
        {
            throw new OverlayException(
                $"database {database}: there is no directory {directory}; mkdir -m 700 it or give another db=FILE");
        }

        // Whoever may write here can put a file in the database's place, except where the sticky bit says no.
        UnixFileMode mode = File.GetUnixFileMode(directory);
        if ((mode & OthersWrite) != 0 && (mode & UnixFileMode.StickyBit) == 0)
        {
            throw new OverlayException(
                $"database {database}: others may write to {directory}; chmod go-w {directory} or give db=FILE");
        }

        // The log's shared memory works on one machine only (https://www.sqlite.org/wal.html).
        DriveInfo drive = new(directory);
        if (drive.DriveType == DriveType.Network)
        {
            throw new OverlayException(
                $"database {database} is on a network file system ({drive.DriveFormat}), where it would be damaged; "
                + AnotherPlace);
        }

        // SQLite resolves a link and puts log and shared memory beside its target: the lock would not cover them.
        foreach (string file in AllFiles(database))
        {
            if (new FileInfo(file).LinkTarget is { } target)
            {
                throw new OverlayException(
                    $"database {database}: {file} is a symbolic link to {target}; give db=FILE with the file itself");
            }
        }
    }

    /// <summary>Refuses a file that is certainly another program's, before anything is made beside it.</summary>
    /// <remarks>
    /// Closing a descriptor drops all record locks that this process has on the file (fcntl(2)), SQLite's too: must
    /// not be called while a store of this process has the database open.
    /// </remarks>
    public static void CheckHeader(string database)
    {
        if (!File.Exists(database))
            return;
        Span<byte> header = stackalloc byte[HeaderLength];
        int length;
        try
        {
            using FileStream file = new(
                database, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            if (!file.CanSeek)
                throw new OverlayException($"database {database} is not a regular file; give another db=FILE");
            length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException(
                $"database {database} cannot be opened for writing: {FileTrouble.Of(e)}; {AnotherPlace}", e);
        }

        if (length == 0)
            return;
        if (length < HeaderLength || !header.StartsWith(Magic))
            throw NotOurs(database);
        uint application = BinaryPrimitives.ReadUInt32BigEndian(header[ApplicationIdOffset..]);
        if (application is not (0 or OverlaySchema.ApplicationId))
            throw NotOurs(database);
    }

    /// <summary>Makes an empty file of mode 0600 where there is none; log and shared memory get its mode.</summary>
    public static void Create(string database)
    {
        if (File.Exists(database))
            return;
        try
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = OwnerOnly,
            };
            new FileStream(database, options).Dispose();

            // The umask may have taken bits away that the owner needs.
            File.SetUnixFileMode(database, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"database {database} cannot be made: {FileTrouble.Of(e)}; {AnotherPlace}", e);
        }
    }

    /// <summary>Takes away what others may do: a copy or a restored backup may have any mode.</summary>
    public static void Restrict(string database)
    {
        foreach (string file in AllFiles(database))
        {
            try
            {
                if (File.Exists(file) && File.GetUnixFileMode(file) is var mode && (mode & ~OwnerOnly) != 0)
                    File.SetUnixFileMode(file, mode & OwnerOnly);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new OverlayException(
                    $"database {database}: others may have access to {file} and its mode cannot be changed: "
                    + $"{FileTrouble.Of(e)}; chown it to the user who mounts, or give another db=FILE",
                    e);
            }
        }
    }

    private static string[] AllFiles(string database) =>
        [database, LogOf(database), SharedMemoryOf(database), IntentsOf(database), DatabaseLock.FileOf(database)];

    /// <summary>The refusal of another program's file.</summary>
    public static OverlayException NotOurs(string database) =>
        new($"{database} is not a MetaFs database, and it was left as it is; give another db=FILE");
}

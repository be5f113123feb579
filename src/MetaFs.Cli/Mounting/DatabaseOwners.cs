// Whose a database is: who can write to it decides what owner and mode every file shows.
using System.Globalization;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Mounting;

/// <summary>Refuses a database that others could have written, or could put another one in the place of.</summary>
internal static class DatabaseOwners
{
    private const uint OthersWrite = 0x12; // 022
    private const uint Sticky = 0x200; // 01000
    private const uint Root = 0;

    // SQLite plays a log, or a journal that was left behind, into the database when it opens it (sqlite.org/wal.html,
    // sqlite.org/atomiccommit.html, section 4.2), so these names count as much as the database's own.
    private static readonly string[] s_names = ["", "-wal", "-shm", "-journal", ".lock"];

    /// <summary>Looks at the files, at their directory and, for root, at all above it; opens nothing.</summary>
    /// <param name="database">The canonical path of a file that need not exist.</param>
    /// <param name="daemon">The user whose daemon will trust it.</param>
    /// <exception cref="CliException">It may be another's.</exception>
    public static void Check(string database, uint daemon)
    {
        // In a user name space the machine's root is shown as nobody; whoever owns "/" owns all that lies below it.
        uint machine = Look("/", out Statx top) ? top.Uid : Root;
        bool isAbove = false;
        foreach (string directory in CanonicalPath.Ancestors(database))
        {
            if (Look(directory, out Statx stat) && DirectoryFault(stat, daemon, machine, isAbove) is { } fault)
                throw Refusal(database, directory, stat, fault, daemon);
            if (daemon != Root)
                break;
            isAbove = true;
        }

        foreach (string name in s_names)
        {
            if (Look(database + name, out Statx stat) && FileFault(stat, daemon) is { } fault)
                throw Refusal(database, database + name, stat, fault, daemon);
        }
    }

    /// <summary>What is wrong with a directory on the way to a database, or null.</summary>
    /// <param name="stat">The directory.</param>
    /// <param name="daemon">The user whose daemon it is.</param>
    /// <param name="machine">The owner of "/".</param>
    /// <param name="isAbove">Whether the database lies not in it, but somewhere below.</param>
    /// <remarks>
    /// A sticky directory keeps what is root's where it is, so it may lie above. It does not keep others from making a
    /// log or a journal beside the database at the moment when SQLite has none. A user's own daemon gives nobody more
    /// than that user has, and is not refused a database in /tmp.
    /// </remarks>
    internal static Fault? DirectoryFault(in Statx stat, uint daemon, uint machine, bool isAbove)
    {
        if (stat.Uid != daemon && stat.Uid != Root && stat.Uid != machine)
            return Fault.Owner;
        bool mayBeOthers = daemon != Root || (isAbove && (stat.Mode & Sticky) != 0);
        return !mayBeOthers && (stat.Mode & OthersWrite) != 0 ? Fault.Mode : null;
    }

    /// <summary>What is wrong with a database's file, or null.</summary>
    /// <param name="stat">The file.</param>
    /// <param name="daemon">The user whose daemon it is.</param>
    internal static Fault? FileFault(in Statx stat, uint daemon)
    {
        if (stat.Uid != daemon && stat.Uid != Root)
            return Fault.Owner;

        // A symbolic link has all bits, and is refused as what it is when the database is opened.
        bool isLink = FileMode.IsSymlink(stat.Mode);
        return daemon == Root && !isLink && (stat.Mode & OthersWrite) != 0 ? Fault.Mode : null;
    }

    private static bool Look(string path, out Statx stat) => Libc.Statx(
        SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(path)), AtFlags.AT_SYMLINK_NOFOLLOW,
        StatxMask.STATX_TYPE | StatxMask.STATX_MODE | StatxMask.STATX_UID, out stat) == Errno.OK;

    private static CliException Refusal(string database, string path, in Statx stat, Fault fault, uint daemon)
    {
        string shown = ByteText.ForDisplay(path);
        string mode = Convert.ToString(stat.Mode & 0xFFF, 8).PadLeft(4, '0');
        string who = fault == Fault.Owner ? "its owner" : "others";
        return new CliException(ExitCode.Database, string.Create(
            CultureInfo.InvariantCulture,
            $"database {ByteText.ForDisplay(database)}: {shown} is user {stat.Uid}'s with mode {mode}, so {who} could give files "
            + $"any owner and mode; {Cure(shown, stat, fault, daemon)}give db=FILE in a directory of yours, mode 0700"));
    }

    // /tmp is to be left as it is.
    private static string Cure(string shown, in Statx stat, Fault fault, uint daemon) => fault switch
    {
        Fault.Owner => string.Create(CultureInfo.InvariantCulture, $"chown {daemon} {shown} if you trust what is in it, or "),
        _ when (stat.Mode & Sticky) != 0 => "",
        _ => $"chmod go-w {shown} if you trust what is in it, or ",
    };

    /// <summary>By what others can write.</summary>
    internal enum Fault
    {
        /// <summary>It is another user's.</summary>
        Owner,

        /// <summary>Its mode lets them.</summary>
        Mode,
    }
}

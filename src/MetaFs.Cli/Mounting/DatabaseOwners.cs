// Whose a database is: who can write to it decides what owner and mode every file shows.
using System.Globalization;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Mounting;

/// <summary>Refuses a database that others could have written, and warns of one that they could exchange.</summary>
internal static class DatabaseOwners
{
    private const uint OthersWrite = 0x12; // 022
    private const uint Root = 0;

    // SQLite plays a log, or a journal that was left behind, into the database when it opens it (sqlite.org/wal.html,
    // sqlite.org/atomiccommit.html, section 4.2), so these names count as much as the database's own.
    private static readonly string[] s_names = ["", "-wal", "-shm", "-journal", "-intents", ".lock"];

    /// <summary>Looks at the files and their directory; opens nothing.</summary>
    /// <param name="database">The canonical path of a file that need not exist.</param>
    /// <param name="daemon">The user whose daemon will trust it.</param>
    /// <param name="log">Takes the warning. A directory that others may write to is refused when the database is opened.</param>
    /// <exception cref="CliException">It is another's, or others can write to it.</exception>
    public static void Check(string database, uint daemon, ILogger log)
    {
        foreach (string name in s_names)
        {
            if (Look(database + name, out Statx stat) && FileFault(stat, daemon) is { } fault)
                throw Refusal(database, database + name, stat, fault, daemon);
        }

        // In a user name space the machine's root is shown as nobody; whoever owns "/" owns all that lies below it.
        string parent = CanonicalPath.Ancestors(database).First();
        if (Look(parent, out Statx directory) && directory.Uid != daemon && directory.Uid != Root
            && !(Look("/", out Statx top) && directory.Uid == top.Uid))
            CliLog.OthersDirectory(log, database, parent, directory.Uid);
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
        string cure = fault == Fault.Owner
            ? string.Create(CultureInfo.InvariantCulture, $"chown {daemon} {shown}")
            : $"chmod go-w {shown}";
        return new CliException(ExitCode.Database, string.Create(
            CultureInfo.InvariantCulture,
            $"database {ByteText.ForDisplay(database)}: {shown} is user {stat.Uid}'s with mode {mode}, so {who} could give files "
            + $"any owner and mode; {cure} if you trust what is in it, or give db=FILE in a directory of yours, mode 0700"));
    }

    /// <summary>By what others can write.</summary>
    internal enum Fault
    {
        /// <summary>It is another user's.</summary>
        Owner,

        /// <summary>Its mode lets them.</summary>
        Mode,
    }
}

// sd-daemon(3): a service's standard error may be the journal's, which reads a priority in front of each line.
using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli;

/// <summary>Whether descriptor 2 goes to the journal, and how a line says its priority there.</summary>
internal static class JournalStream
{
    private static readonly Lazy<bool> s_isStandardError = new(static () => IsJournal(
        Environment.GetEnvironmentVariable("JOURNAL_STREAM"), new SafeFd(2, ownsHandle: false)));

    /// <summary>In front of a message about an error; empty outside of the journal.</summary>
    public static string ErrorPrefix => s_isStandardError.Value ? Prefix(Libc.LOG_ERR) : "";

    /// <summary>A message as lines of the journal, each with its priority: "&lt;3&gt;text"; null elsewhere.</summary>
    public static string? Lines(int priority, string message) =>
        s_isStandardError.Value ? Mark(priority, message) : null;

    /// <summary>Each line with the priority in front, or the journal would take it for the default.</summary>
    internal static string Mark(int priority, string message) =>
        Prefix(priority) + message.Replace("\n", "\n" + Prefix(priority), StringComparison.Ordinal);

    /// <summary>Whether the file is the one that $JOURNAL_STREAM names as "device:inode" (systemd.exec(5)).</summary>
    /// <param name="variable">Its value. Inherited by whom a service starts, whose output may go elsewhere.</param>
    /// <param name="file">An open file.</param>
    internal static bool IsJournal(string? variable, SafeFd file)
    {
        if (string.IsNullOrEmpty(variable))
            return false;
        Errno errno = Libc.Statx(
            file, CString.Empty, AtFlags.AT_EMPTY_PATH, StatxMask.STATX_BASIC_STATS, out Statx stat);
        return errno == Errno.OK
            && variable == string.Create(CultureInfo.InvariantCulture, $"{stat.Dev}:{stat.Ino}");
    }

    private static string Prefix(int priority) => string.Create(CultureInfo.InvariantCulture, $"<{priority}>");
}

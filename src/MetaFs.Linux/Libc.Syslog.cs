// syslog(3)
using System.Runtime.InteropServices;
using System.Text;

namespace MetaFs.Linux;

public static partial class Libc
{
#pragma warning disable CS1591 // C names; syslog(3) has the rest.
    public const int LOG_ERR = 3;
    public const int LOG_WARNING = 4;
    public const int LOG_NOTICE = 5;
    public const int LOG_INFO = 6;
    public const int LOG_DEBUG = 7;
    public const int LOG_DAEMON = 3 << 3;
#pragma warning restore CS1591

    /// <summary>Writes a line to the system log, under the name of the program.</summary>
    /// <param name="priority">A level and LOG_DAEMON.</param>
    /// <param name="message">One line of text; percent signs are nothing special.</param>
    public static void Syslog(int priority, string message)
    {
        byte[] text = new byte[Encoding.UTF8.GetMaxByteCount(message.Length) + 1];
        _ = Encoding.UTF8.GetBytes(message, text);
        syslog(priority, in MemoryMarshal.GetReference("%s\0"u8), in text[0]);
    }

    [LibraryImport(Library)]
    private static partial void syslog(int priority, ref readonly byte format, ref readonly byte message);
}

using MetaFs.Linux;

namespace MetaFs.Cli.Mounting;

/// <summary>What makes a process a daemon, and what any process needs that serves a mount.</summary>
internal static class ServingProcess
{
    private const uint OwnerOnly = 0x3F;

    /// <summary>As many open files as the system allows; and what is made from now on is private.</summary>
    public static Errno Prepare()
    {
        Libc.Umask(OwnerOnly);
        Errno errno = Libc.Getrlimit(Libc.RLIMIT_NOFILE, out ulong soft, out ulong hard);
        return errno == Errno.OK && soft < hard ? Libc.Setrlimit(Libc.RLIMIT_NOFILE, hard, hard) : errno;
    }

    /// <summary>No umask any more: the file system applies its callers' own.</summary>
    public static void ServeAnyMode() => Libc.Umask(0);

    /// <summary>Leaves the session, so that closing the terminal does not end the mount.</summary>
    public static void LeaveSession()
    {
        // EPERM only where the process leads a group already, and then a shell's job control has seen to it.
        _ = Libc.Setsid();
    }

    /// <summary>Lets go of what the caller gave: its directory and its standard input, output and error.</summary>
    public static void LeaveCaller()
    {
        Environment.CurrentDirectory = "/";
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated("/dev/null\0"u8), OpenFlags.O_RDWR, 0, out SafeFd devNull);
        using (devNull)
        {
            if (errno != Errno.OK)
                return;
            for (int number = 0; number <= 2; number++)
                _ = Libc.Dup2(devNull, number);
        }
    }
}

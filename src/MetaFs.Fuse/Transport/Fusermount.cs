// The set-uid program of package fuse3 that mounts and unmounts for users. It sends the device over a socket.
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>Runs fusermount3.</summary>
internal static class Fusermount
{
    private const string Program = "fusermount3";

    /// <summary>Mounts, and receives the device.</summary>
    /// <exception cref="FuseMountException">It did not; the message has the program's own words.</exception>
    public static SafeFd Mount(string mountPoint, string options)
    {
        Errno errno = Libc.Socketpair(out SafeFd ours, out SafeFd theirs);
        if (errno != Errno.OK)
            throw new FuseMountException($"{mountPoint}: no socket for {Program}: {errno}");
        using (ours)
        {
            Process process;
            using (theirs)
                process = StartMount(mountPoint, options, theirs);
            using (process)
            {
                // Our copy of its end is closed by now: if the program fails, this ends too.
                errno = Libc.RecvFd(ours, out SafeFd device);
                string words = Finish(process, out int exitCode);
                if (errno == Errno.OK && exitCode == 0)
                    return device;
                device.Dispose();
                throw new FuseMountException(Explain(mountPoint, words));
            }
        }
    }

    public static Errno Unmount(string mountPoint, bool lazy)
    {
        ProcessStartInfo start = Command();
        start.ArgumentList.Add("-u");
        if (lazy)
            start.ArgumentList.Add("-z");
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(mountPoint);
        using Process process = Start(start, mountPoint);
        string words = Finish(process, out int exitCode);
        return exitCode == 0 ? Errno.OK : ErrnoOf(words);
    }

    /// <summary>A value for fsname=, where a comma would begin the next option.</summary>
    public static string Escape(string value) => value.Replace("\\", "\\\\").Replace(",", "\\,");

    /// <summary>The program's words and what to do about them.</summary>
    public static string Explain(string mountPoint, string words)
    {
        string message = words.Length == 0 ? $"{Program} failed to mount {mountPoint}" : $"{mountPoint}: {words}";
        if (words.Contains("user_allow_other", StringComparison.Ordinal))
            return $"{message}; let root add the line user_allow_other to /etc/fuse.conf, or mount without allow_other";
        if (words.Contains("modprobe", StringComparison.Ordinal))
            return message;
        if (words.Contains(DeviceErrors.Device, StringComparison.Ordinal))
            return $"{message}; {DeviceErrors.PermissionCure}";
        return message;
    }

    // The program prints strerror(3)'s words for the errno; LC_ALL=C makes them these.
    private static Errno ErrnoOf(string words)
    {
        if (words.Contains("busy", StringComparison.Ordinal))
            return Errno.EBUSY;
        if (words.Contains("No such file", StringComparison.Ordinal))
            return Errno.ENOENT;
        if (words.Contains("not found", StringComparison.Ordinal)
            || words.Contains("not mounted", StringComparison.Ordinal)
            || words.Contains("Invalid argument", StringComparison.Ordinal))
            return Errno.EINVAL;
        return Errno.EPERM;
    }

    private static Process StartMount(string mountPoint, string options, SafeFd socket)
    {
        ProcessStartInfo start = Command();
        start.ArgumentList.Add("-o");
        start.ArgumentList.Add(options);
        start.ArgumentList.Add("--");
        start.ArgumentList.Add(mountPoint);
        start.Environment["_FUSE_COMMFD"] = socket.Value.ToString(CultureInfo.InvariantCulture);
        Errno errno = Libc.SetCloseOnExec(socket, false);
        if (errno != Errno.OK)
            throw new FuseMountException($"{mountPoint}: no socket for {Program}: {errno}");
        return Start(start, mountPoint);
    }

    private static ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo(FindProgram()) { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static Process Start(ProcessStartInfo start, string mountPoint)
    {
        try
        {
            return Process.Start(start) ?? throw new FuseMountException($"{mountPoint}: {Program} did not start");
        }
        catch (Win32Exception exception)
        {
            throw new FuseMountException(
                $"{mountPoint}: {Program} cannot be run ({(Errno)exception.NativeErrorCode}); "
                + "install the package fuse3",
                exception);
        }
    }

    private static string Finish(Process process, out int exitCode)
    {
        string words = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        exitCode = process.ExitCode;
        return words;
    }

    // Not left to Process.Start, which looks into the working directory before PATH.
    private static string FindProgram()
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string directory in $"{path}:/usr/bin:/bin:/usr/local/bin".Split(':'))
        {
            string candidate = $"{directory}/{Program}";
            if (directory.StartsWith('/') && File.Exists(candidate))
                return candidate;
        }
        return $"/usr/bin/{Program}";
    }
}

// The runtime decodes argv as UTF-8 and loses what is not; the kernel still has the bytes.
using MetaFs.Linux;

namespace MetaFs.Cli;

/// <summary>The command line with its bytes kept, in the form of <see cref="ByteText"/>.</summary>
internal static class RawArguments
{
    private static CString CommandLineFile => CString.FromTerminated("/proc/self/cmdline\0"u8);

    /// <summary>The same arguments, taken from /proc/self/cmdline where one of them lost bytes.</summary>
    public static string[] Recover(string[] args) =>
        Array.Exists(args, static a => a.Contains('\uFFFD')) ? Match(args, ReadCommandLine()) : args;

    /// <summary>The last component of the name that this program was called by; "" where /proc does not say.</summary>
    /// <remarks>The runtime tells only the name of the assembly.</remarks>
    public static string ProgramName()
    {
        Errno errno = Libc.Openat(SafeFd.CurrentDirectory, CommandLineFile, OpenFlags.O_RDONLY, 0, out SafeFd file);
        using (file)
        {
            byte[] start = new byte[4096];
            if (errno != Errno.OK || Libc.Read(file, start, out int length) != Errno.OK)
                return "";
            ReadOnlySpan<byte> name = start.AsSpan(0, length);
            int end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
            return ByteText.FromBytes(name[(name.LastIndexOf((byte)'/') + 1)..]);
        }
    }

    /// <summary>Pairs arguments with the last ones of a raw command line; keeps them if it is another's.</summary>
    internal static string[] Match(string[] args, ReadOnlySpan<byte> commandLine)
    {
        var raw = new List<string>();
        while (!commandLine.IsEmpty)
        {
            int end = commandLine.IndexOf((byte)0);
            if (end < 0)
                end = commandLine.Length;
            raw.Add(ByteText.FromBytes(commandLine[..end]));
            commandLine = commandLine[Math.Min(end + 1, commandLine.Length)..];
        }

        // "metafs ARG..." and "dotnet metafs.dll ARG..." differ only in front.
        int skip = raw.Count - args.Length;
        if (skip < 1)
            return args;
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].Contains('\uFFFD') && args[i] != raw[skip + i])
                return args;
        }

        return raw.GetRange(skip, args.Length).ToArray();
    }

    private static byte[] ReadCommandLine()
    {
        using SafeFd file = OpenCommandLine();
        using var bytes = new MemoryStream();
        byte[] part = new byte[4096];
        while (Libc.Read(file, part, out int length) == Errno.OK && length > 0)
            bytes.Write(part.AsSpan(0, length));
        return bytes.ToArray();
    }

    private static SafeFd OpenCommandLine()
    {
        Errno errno = Libc.Openat(SafeFd.CurrentDirectory, CommandLineFile, OpenFlags.O_RDONLY, 0, out SafeFd file);
        return errno == Errno.OK
            ? file
            : throw CliException.FromErrno(
                ExitCode.Failure, "/proc/self/cmdline", errno,
                "an argument is not UTF-8 and /proc is needed to read it");
    }
}

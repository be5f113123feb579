using MetaFs.Linux;

namespace MetaFs.Cli.Probing;

/// <summary>What a question needs first did not work, so that it could not be asked.</summary>
internal sealed class ProbeStepException : Exception
{
    public ProbeStepException(string step, Errno errno)
        : base($"{step}: {errno}") => Errno = errno;

    public Errno Errno { get; }

    public static void Check(Errno errno, string step)
    {
        if (errno != Errno.OK)
            throw new ProbeStepException(step, errno);
    }
}

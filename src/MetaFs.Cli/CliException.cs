using MetaFs.Linux;

namespace MetaFs.Cli;

/// <summary>Ends a command: a message for people, with its cure, and the exit code.</summary>
internal sealed class CliException : Exception
{
    public CliException(ExitCode code, string message)
        : base(message) => Code = code;

    public CliException(ExitCode code, string message, Exception inner)
        : base(message, inner) => Code = code;

    public ExitCode Code { get; }

    /// <summary>A system call failed on a path: "PATH: ERRNO (text); cure".</summary>
    public static CliException FromErrno(ExitCode code, string path, Errno errno, string cure) =>
        new(code, $"{path}: {errno} ({ErrnoText.Describe(errno)}); {cure}");
}

// Who reads what is written: a person at a terminal, or a program.
namespace MetaFs.Cli.Terminals;

/// <summary>What is known of standard output and standard error.</summary>
internal static class Terminal
{
    private const int DefaultWidth = 80;

    /// <summary>Whether this is the process's own output or error, and a terminal.</summary>
    public static bool IsTerminal(TextWriter writer) =>
        (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected)
        || (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected);

    /// <summary>Columns of the terminal; 80 where that is not known.</summary>
    public static int Width
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and var width ? width : DefaultWidth;
            }
            catch (IOException)
            {
                return DefaultWidth;
            }
        }
    }
}

using MetaFs.Model.InputOutput;
using MetaFs.Model.Running;

namespace MetaFs.Model;

internal static class Program
{
    private const string Usage = """
        usage: metafs-model DIR [--seconds N] [--workers N] [--threads N] [--seed S] [--operations N] [--without WORD,...]
                            [--deviations] [--journal FILE] [--keep] [--patience N]
               metafs-model verify DIR --journal FILE [--share DIR]
               metafs-model kill --metafs PROGRAM --share DIR --mount DIR --db FILE --kills N [--seed S]
                            [--mount-options OPTION,...] [--workers N] [--threads N] [--without WORD,...] [--deviations]
               metafs-model io DIR [--seconds N] [--workers N] [--seed S] [--without WORD,...]

        Random operations on files by many processes and threads at once, judged by a model of what each file must show.
        DIR must be new or empty. Needs root. An operation that takes --patience seconds (60) fails the run.
        --deviations leaves out what docs/posix-deviations.md says of MetaFs, --without what you name.
        Exit status: 0 no differences, 1 differences, 2 not run, 3 the mount died while a journal was kept.
        """;

    private static int Main(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                [] or ["-h" or "--help", ..] => Help(),
                ["worker", .. var rest] => Worker.Execute(rest),
                ["verify", .. var rest] => VerifyCommand.Execute(rest),
                ["kill", .. var rest] => KillCommand.Execute(Root(rest)),
                ["io", .. var rest] => IoCommand.Execute(rest),
                _ => RunCommand.Execute(Root(arguments)),
            };
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"metafs-model: {e.Message}");
            return 2;
        }
    }

    private static string[] Root(string[] arguments) => Libc.Geteuid() == 0
        ? arguments
        : throw new UsageException("needs root: it gives files away and acts as their owners");

    private static int Help()
    {
        Console.WriteLine(Usage);
        return 0;
    }
}

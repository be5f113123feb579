using System.CommandLine;

namespace MetaFs.Cli.Tests;

/// <summary>The manual pages say everything that the parser knows. A new option fails here until it is described.</summary>
public sealed class ManualTests
{
    [Fact]
    public void Every_command_has_a_section_and_a_line_in_the_synopsis()
    {
        string manual = Page("metafs.1.md");
        string synopsis = Part(manual, "## SYNOPSIS\n", "## ");
        foreach (Command command in CommandLine.CreateRoot().Subcommands)
        {
            Assert.Contains($"### metafs {command.Name}", manual, StringComparison.Ordinal);
            Assert.True(command.Hidden || synopsis.Contains($"**metafs {command.Name}**", StringComparison.Ordinal), command.Name);
        }
    }

    [Fact]
    public void Every_option_is_in_its_commands_section()
    {
        string manual = Page("metafs.1.md");
        foreach (Command command in CommandLine.CreateRoot().Subcommands)
        {
            string section = Part(manual, $"### metafs {command.Name}", "\n##");
            foreach (string name in OptionNames(command))
                Assert.True(section.Contains($"**{name}**", StringComparison.Ordinal), $"metafs {command.Name} {name}");
        }
    }

    [Fact]
    public void No_section_is_about_a_command_that_is_gone()
    {
        string[] names = CommandLine.CreateRoot().Subcommands.Select(static c => c.Name).ToArray();
        foreach (string line in Page("metafs.1.md").Split('\n'))
        {
            if (line.StartsWith("### metafs ", StringComparison.Ordinal))
                Assert.Contains(line.Split(' ')[2], names);
        }
    }

    [Fact]
    public void The_global_options_are_described()
    {
        string manual = Page("metafs.1.md");
        foreach (string name in OptionNames(CommandLine.CreateRoot()))
            Assert.Contains($"**metafs {name}**", manual, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mount_programs_page_has_all_its_options()
    {
        string manual = Page("mount.metafs.8.md");
        foreach (string name in OptionNames(MountMetafsCommand.Create("mount.metafs")))
            Assert.Contains($"**{name}**", manual, StringComparison.Ordinal);
        foreach (ExitCode code in Enum.GetValues<ExitCode>())
            Assert.Contains($"**{MountMetafsCommand.ExitStatus(code)}**", manual, StringComparison.Ordinal);
    }

    private static IEnumerable<string> OptionNames(Command command) =>
        command.Options.Where(o => !o.Hidden && (o.Name != "--help" || command is RootCommand))
            .SelectMany(static o => o.Aliases.Prepend(o.Name))
            .Where(static n => n is not "-h");

    private static string Page(string name) => File.ReadAllText(Path.Combine(Checkout.Directory, "docs", name));

    private static string Part(string text, string start, string end)
    {
        int from = text.IndexOf(start, StringComparison.Ordinal);
        Assert.True(from >= 0, $"the manual has no \"{start}\"");
        from += start.Length;
        int to = text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0 ? text[from..] : text[from..to];
    }
}

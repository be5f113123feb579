using System.CommandLine;
using System.Diagnostics;
using MetaFs.Cli.Options;

namespace MetaFs.Cli.Tests.Completion;

/// <summary>What the shells offer, asked of the shells themselves.</summary>
public sealed class CompletionTests
{
    /// <summary>Prints the candidates for a command line, one in each line.</summary>
    private const string BashAsks = """
        source "$1"
        COMP_LINE=$2 COMP_POINT=${#2}
        # as readline splits it: at blanks, and '=' and ':' are words of their own
        read -ra COMP_WORDS <<<"$(sed 's/[=:]/ & /g' <<<"$2")"
        [[ $2 != *[[:space:]=:] || $2 == *[=:] ]] || COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        compopt() { :; }
        _metafs
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string FishAsks = """
        source $argv[1]
        complete -C $argv[2] | string replace -r '\t.*' ''
        """;

    /// <summary>
    /// zsh completes on terminals alone: one session on a pseudo-terminal for many lines. compadd prints what it is given: the
    /// list itself is left out when more input is waiting.
    /// </summary>
    private const string ZshAsks = """
        zmodload zsh/zpty
        zpty -b z 'zsh -f -i'
        zpty -w z 'stty -echo columns 300; PROMPT= RPROMPT='
        zpty -w z 'autoload -Uz compinit; compinit -u -D; setopt nobeep'
        zpty -w z 'compadd() {
            local -a hits
            if [[ " $*" != *" -"[OAD]" "* ]]; then builtin compadd -A hits "$@"; print -rl -- "<$^hits>"; fi
            builtin compadd "$@"
        }'
        zpty -w z 'ended() { print DO""NE; compstate[insert]= compstate[list]=; }'
        zpty -w z "source $1; bindkey '^I' complete-word; print REA''DY"
        zpty -r z out '*READY*'
        for line in ${(f)2}; do
            zpty -w z 'comppostfuncs=(ended)'
            zpty -w -n z "$line"$'\t'
            zpty -r z out '*DONE*'
            zpty -w -n z $'\C-u'
            print -r -- "$out" | sed -n 's/\r//g; s/\x1b\[[0-9;]*[A-Za-z]//g; s/.*<\(.*\)>$/\1/p' | sed -n "s|.|$line: &|p"
        done
        zpty -d z
        """;

    public static TheoryData<string> Commands => [.. Root().Select(static c => c.Name)];

    [ShellTheory("bash")]
    [MemberData(nameof(Commands))]
    public void Bash_offers_every_option(string command) =>
        Assert.Equal(OptionNames(command), Ask("bash", BashAsks, $"metafs {command} -"));

    [ShellTheory("fish")]
    [MemberData(nameof(Commands))]
    public void Fish_offers_every_option(string command)
    {
        // for one letter it may offer the long form alone
        IEnumerable<string> offered = Ask("fish", FishAsks, $"metafs {command} -")
            .Concat(Ask("fish", FishAsks, $"metafs {command} --"));
        foreach (Option option in Root().Single(c => c.Name == command).Options.Where(static o => !o.Hidden))
            Assert.Contains(option.Aliases.Append(option.Name), offered.Contains);
    }

    [ShellTheory("zsh")]
    [InlineData("metafs mount -o ro,cho: chown|metafs mount -o file: file_mode|metafs pro: probe")]
    public void Zsh_offers(string also)
    {
        List<string> expected = [.. also.Split('|')];
        foreach (string command in Root().Select(static c => c.Name))
            expected.AddRange(OptionNames(command).Select(name => $"metafs {command} -: {name}"));
        string lines = string.Join('\n', expected.Select(static e => e.Split(": ")[0]).Distinct());
        Assert.Equal(expected.Order(StringComparer.Ordinal), Ask("zsh", ZshAsks, lines));
    }

    [ShellTheory("bash")]
    [InlineData("metafs mou", "mount")]
    [InlineData("metafs completion f", "fish")]
    [InlineData("metafs --v", "--version")]
    [InlineData("metafs mount -o file", "file_mode=")]
    [InlineData("metafs mount -o ro,ch", "ro,chmod= ro,chown=")]
    [InlineData("metafs mount /a /b -o chown=r", "record")]
    [InlineData("metafs mount /a /b -o uid=5,as=", "caller daemon")]
    [InlineData("metafs mount -o uid=roo", "root")]
    [InlineData("metafs mount -o db=/etc/fsta", "/etc/fstab")]
    [InlineData("metafs list --db /etc/fsta", "/etc/fstab")]
    [InlineData("metafs probe /usr/bi", "/usr/bin")]
    [InlineData("metafs show /etc/fsta", "/etc/fstab")]
    [InlineData("metafs umount /usr/bi", "/usr/bin")]
    [InlineData("metafs import /etc/fsta", "/etc/fstab")]
    [InlineData("metafs backup /mnt /etc/fsta", "/etc/fstab")]
    [InlineData("metafs backup --db /etc/fsta", "/etc/fstab")]
    [InlineData("metafs diff /mnt /etc/fsta", "/etc/fstab")]
    [InlineData("metafs export --format mt", "mtree")]
    public void Bash_offers(string line, string expected) => Assert.Equal(expected, string.Join(' ', Ask("bash", BashAsks, line)));

    [ShellTheory("fish")]
    [InlineData("metafs mou", "mount")]
    [InlineData("metafs mount -o file", "file_mode=")]
    [InlineData("metafs mount -o ro,cho", "ro,chown=record ro,chown=try")]
    [InlineData("metafs list --db /etc/fsta", "/etc/fstab")]
    [InlineData("metafs probe /usr/loca", "/usr/local/")]
    [InlineData("metafs show /etc/fsta", "/etc/fstab")]
    [InlineData("metafs import /etc/fsta", "/etc/fstab")]
    [InlineData("metafs backup /mnt /etc/fsta", "/etc/fstab")]
    [InlineData("metafs export --format mt", "mtree")]
    public void Fish_offers(string line, string expected) => Assert.Equal(expected, string.Join(' ', Ask("fish", FishAsks, line)));

    [Fact]
    public void All_mount_options_are_in_each()
    {
        foreach (string shell in (string[])["bash", "zsh", "fish"])
        {
            string script = CliRun.Inside("completion", shell).Output;
            foreach (MountOption option in MountOptionTable.All)
                Assert.Contains(option.Name, script, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("completion")]
    [InlineData("completion tcsh")]
    public void Other_shells_are_refused(string line) =>
        Assert.Equal(ExitCode.Usage, CliRun.Inside(line.Split(' ')).Code);

    private static IEnumerable<Command> Root() =>
        CommandLine.CreateRoot().Subcommands.Where(static c => !c.Hidden);

    private static string[] OptionNames(string command)
    {
        Command found = Root().Single(c => c.Name == command);
        return found.Options.Where(static o => !o.Hidden).SelectMany(static o => o.Aliases.Prepend(o.Name))
            .Concat(["--help", "-h"]).Distinct().Order(StringComparer.Ordinal).ToArray();
    }

    private static string[] Ask(string shell, string asks, string line)
    {
        using var directory = new TempDirectory();
        string script = Path.Combine(directory.Path, "completion");
        File.WriteAllText(script, CliRun.Inside("completion", shell).Output);
        string[] words = shell switch
        {
            "bash" => ["-uc", asks, shell, script, line],
            "zsh" => ["-f", "-c", asks, shell, script, line],
            _ => ["--no-config", "-c", asks, script, line],
        };
        var start = new ProcessStartInfo(shell, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = directory.Path;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToArray();
    }
}

// The command line.
namespace MetaFs.Posix;

/// <summary>What the program was asked for.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: metafs-posix DIR [--filter TEXT] [--share SHARE | --lacks WORD,...] [--json]
               metafs-posix --list [--filter TEXT]

        Tries on DIR what POSIX and ext4 promise, in a temporary subdirectory. As root it acts as several users.

          --filter TEXT    only cases with TEXT in their names
          --share SHARE    the directory that DIR shows: only what SHARE lacks by itself, as well as DIR, is skipped
          --lacks WORDS    skips what needs these and nothing else; does not find out by itself what DIR lacks
          --json           prints one JSON document
          --list           prints the names of the cases

        Exit status: 0 all passed or skipped, 1 some failed, 2 the command line or DIR is wrong.
        """;

    public string Directory { get; private set; } = "";

    public string Filter { get; private set; } = "";

    public string? Share { get; private set; }

    public IReadOnlyList<string>? Lacks { get; private set; }

    public bool Json { get; private set; }

    public bool List { get; private set; }

    public bool Help { get; private set; }

    public static bool TryParse(string[] arguments, out Options options, out string complaint)
    {
        options = new Options();
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (word is "--filter" or "--share" or "--lacks")
            {
                if (++i == arguments.Length)
                    return Wrong($"{word} needs a value", out complaint);
                if (!options.Take(word, arguments[i], out complaint))
                    return false;
            }
            else if (!options.Take(word, out complaint))
            {
                return false;
            }
        }

        if (options.Directory.Length == 0 && !options.List && !options.Help)
            return Wrong("which directory?", out complaint);
        if (options.Share is not null && options.Lacks is not null)
            return Wrong("--share finds out what --lacks says: give one of them", out complaint);
        complaint = "";
        return true;
    }

    private static bool Wrong(string what, out string complaint)
    {
        complaint = what;
        return false;
    }

    private bool Take(string word, string value, out string complaint)
    {
        complaint = "";
        switch (word)
        {
            case "--filter":
                Filter = value;
                return true;
            case "--share":
                Share = Path.GetFullPath(value);
                return true;
            default:
                Lacks = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                string? unknown = Lacks.FirstOrDefault(one => !Feature.All.Any(feature => feature.Word == one));
                string known = string.Join(' ', Feature.All.Select(feature => feature.Word));
                return unknown is null || Wrong($"--lacks '{unknown}': there are {known}", out complaint);
        }
    }

    private bool Take(string word, out string complaint)
    {
        complaint = "";
        switch (word)
        {
            case "--json":
                return Json = true;
            case "--list":
                return List = true;
            case "--help" or "-h":
                return Help = true;
            default:
                if (word.StartsWith('-'))
                    return Wrong($"unknown option {word}", out complaint);
                if (Directory.Length != 0)
                    return Wrong("one directory at a time", out complaint);
                Directory = Path.GetFullPath(word);
                return true;
        }
    }
}

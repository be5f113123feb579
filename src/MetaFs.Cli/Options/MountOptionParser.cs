using System.Text;

namespace MetaFs.Cli.Options;

/// <summary>Reads <c>-o</c> lists as mount(8) and mount.fuse3(8) pass them on: a,b=c,d=e\,f.</summary>
internal static class MountOptionParser
{
    private const string Remount = "remount";
    private const string Database = "db=";

    /// <summary>Reads several lists, the later ones winning.</summary>
    /// <exception cref="CliException">A word is unknown or has a bad value; the message names it.</exception>
    public static MountOptions Parse(IEnumerable<string> lists)
    {
        var options = new MountOptions();
        foreach (string word in lists.SelectMany(Split))
        {
            if (!MountOptionTable.IsIgnored(word))
                options = Apply(options, word);
        }

        return options;
    }

    /// <summary>
    /// Takes off the "dev" and "suid" that mount.fuse3 puts at the end of every list which does not have "nodev" or
    /// "nosuid" (util/mount.fuse.c): nobody asked for them. What fstab says of them never arrives, since mount(8) drops
    /// its own defaults; hence "allow_suid" and "allow_dev".
    /// </summary>
    public static IReadOnlyList<string> WithoutMountFuseWords(IReadOnlyList<string> lists)
    {
        if (lists.Count == 0)
            return lists;
        List<string> words = Split(lists[^1]).ToList();
        if (words is [.., "suid"])
            words.RemoveAt(words.Count - 1);
        if (words is [.., "dev"])
            words.RemoveAt(words.Count - 1);
        return [.. lists.Take(lists.Count - 1), Join(words)];
    }

    /// <summary>Takes off the words that nobody knows: what mount(8) means by <c>-s</c>.</summary>
    public static IReadOnlyList<string> WithoutUnknown(IEnumerable<string> lists) =>
        [Join(lists.SelectMany(Split).Where(static w => MountOptionTable.IsIgnored(w) || FindOption(w) is not null))];

    /// <summary>Whether mount(8) asks to change a mount that is there.</summary>
    public static bool IsRemount(IEnumerable<string> lists) => lists.SelectMany(Split).Contains(Remount);

    /// <summary>Takes off the word that says so.</summary>
    public static IReadOnlyList<string> WithoutRemount(IEnumerable<string> lists) =>
        [Join(lists.SelectMany(Split).Where(static w => w != Remount))];

    /// <summary>The lists as one, with another value of <c>db=</c> wherever it is given.</summary>
    public static IReadOnlyList<string> WithDatabase(IEnumerable<string> lists, Func<string, string> change) =>
        [Join(lists.SelectMany(Split).Select(word => word.StartsWith(Database, StringComparison.Ordinal)
            ? Database + change(word[Database.Length..])
            : word))];

    /// <summary>
    /// The words of one list. "\," is a comma that belongs to a value, and so is one in a value in double quotes, which
    /// are taken off (libmount leaves them on); empty words do not count.
    /// </summary>
    internal static IEnumerable<string> Split(string list)
    {
        var word = new StringBuilder();
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] == '"' && word.Length > 0 && word[^1] == '=' && ClosingQuote(list, i) is var close and > 0)
            {
                word.Append(list, i + 1, close - i - 1);
                i = close;
            }
            else if (list[i] == '\\' && i + 1 < list.Length && list[i + 1] == ',')
            {
                word.Append(',');
                i++;
            }
            else if (list[i] == ',')
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
            else
            {
                word.Append(list[i]);
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    // A quote that has no partner at the end of its word is a character like others.
    private static int ClosingQuote(string list, int open)
    {
        int close = list.IndexOf('"', open + 1);
        return close == list.Length - 1 || (close > 0 && list[close + 1] == ',') ? close : -1;
    }

    private static string Join(IEnumerable<string> words) =>
        string.Join(',', words.Select(static w => w.Replace(",", "\\,", StringComparison.Ordinal)));

    private static MountOption? FindOption(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return MountOptionTable.Find(equals < 0 ? word : word[..equals]);
    }

    private static MountOptions Apply(MountOptions options, string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        MountOption option = MountOptionTable.Find(name) ?? throw Unknown(name);
        if (option.Form is null && equals >= 0)
            throw Usage($"option '{name}' takes no value, but was given '{word[(equals + 1)..]}'");
        if (option.Form is not null && equals < 0)
            throw Usage($"option '{name}' needs a value: {option.Usage}");
        string value = equals < 0 ? "" : word[(equals + 1)..];
        if (option.Form == "FILE" && ByteText.WhyNotUtf8(value, $"option '{name}'") is { } wrong)
            throw Usage(wrong);
        return option.Apply(options, value)
            ?? throw Usage($"option '{name}': bad value '{value}'; expected {Expected(option)}");
    }

    private static string Expected(MountOption option) => option.Form switch
    {
        "USER" => "a user's name or number, as in uid=1000",
        "GROUP" => "a group's name or number, as in gid=1000",
        "OCTAL" => $"octal permission bits, as in {option.Name}=0755",
        "SECONDS" => $"seconds, as in {option.Name}=0.5",
        "FILE" => "a file name, as in db=/var/lib/metafs/share.db",
        "N" => $"a number from 1 to 1024, as in {option.Name}=16",
        _ => option.Usage,
    };

    private static CliException Unknown(string name)
    {
        if (name == Remount)
            return Usage("option 'remount' is mount(8)'s: mount -o remount,ro MOUNTPOINT");
        string? nearest = NearestWord.Find(name, MountOptionTable.All.Select(static o => o.Name));
        string cure = nearest is not null
            ? $"did you mean '{nearest}'?"
            : "known: " + string.Join(", ", MountOptionTable.All.Select(static o => o.Name));
        return Usage($"unknown option '{name}'; {cure} (see metafs mount --help)");
    }

    private static CliException Usage(string message) => new(ExitCode.Usage, message);
}

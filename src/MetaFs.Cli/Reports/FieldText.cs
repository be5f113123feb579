using System.Globalization;
using MetaFs.Linux;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Reports;

/// <summary>Single values for people.</summary>
internal static class FieldText
{
    /// <summary>"alice (1000)", or the number alone.</summary>
    public static string User(uint uid) => Named(UserNames.OfUser(uid), uid);

    /// <summary>"staff (50)", or the number alone.</summary>
    public static string Group(uint gid) => Named(UserNames.OfGroup(gid), gid);

    /// <summary>"0640".</summary>
    public static string Octal(uint mode) => "0" + Convert.ToString(FileMode.PermissionsOf(mode), 8).PadLeft(3, '0');

    /// <summary>As ls(1) writes permission bits: "rwsr-x--t".</summary>
    public static string Permissions(uint mode)
    {
        Span<char> text = "rwxrwxrwx".ToCharArray();
        for (int i = 0; i < 9; i++)
        {
            if ((mode & (0x100u >> i)) == 0)
                text[i] = '-';
        }

        Special(ref text[2], mode & FileMode.S_ISUID, 's');
        Special(ref text[5], mode & FileMode.S_ISGID, 's');
        Special(ref text[8], mode & FileMode.S_ISVTX, 't');
        return text.ToString();
    }

    /// <summary>As ls(1) begins a line: '-', 'd', 'l' ...; '?' for what is no type.</summary>
    public static char TypeLetter(uint mode) => FileMode.TypeOf(mode) switch
    {
        FileMode.S_IFREG => '-',
        FileMode.S_IFDIR => 'd',
        FileMode.S_IFLNK => 'l',
        FileMode.S_IFIFO => 'p',
        FileMode.S_IFSOCK => 's',
        FileMode.S_IFCHR => 'c',
        FileMode.S_IFBLK => 'b',
        _ => '?',
    };

    /// <summary>Local time with all nine digits and its offset.</summary>
    public static string Time(long ns)
    {
        (DateTimeOffset time, long fraction) = Split(ns);
        return string.Create(
            CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss}.{fraction:D9} {time:zzz}");
    }

    /// <summary>Local time to the minute, for tables.</summary>
    public static string ShortTime(long ns) =>
        Split(ns).Time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static (DateTimeOffset Time, long Fraction) Split(long ns)
    {
        Timespec time = Timespec.FromNanoseconds(ns);
        DateTimeOffset second = DateTimeOffset.UnixEpoch.AddSeconds(time.Sec);
        return (second.ToLocalTime(), time.Nsec);
    }

    private static string Named(string? name, uint id) =>
        name is null
            ? id.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{name} ({id})");

    private static void Special(ref char place, uint bit, char letter)
    {
        if (bit != 0)
            place = place == 'x' ? letter : char.ToUpperInvariant(letter);
    }
}

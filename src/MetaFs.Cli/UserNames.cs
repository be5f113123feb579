// Names of users and groups, by the C library's databases (nsswitch.conf).
using System.Globalization;
using Mono.Unix.Native;

namespace MetaFs.Cli;

/// <summary>Users and groups by name and number. Unknown numbers stay numbers.</summary>
internal static class UserNames
{
    /// <summary>A name or a number; not -1, which means "no change" to chown(2).</summary>
    public static bool TryParseUser(string text, out uint uid)
    {
        if (TryParseNumber(text, out uid))
            return uid != uint.MaxValue;
        if (text.Length == 0 || Syscall.getpwnam(text) is not { } user)
            return false;
        uid = user.pw_uid;
        return true;
    }

    /// <summary>As <see cref="TryParseUser"/>, for groups.</summary>
    public static bool TryParseGroup(string text, out uint gid)
    {
        if (TryParseNumber(text, out gid))
            return gid != uint.MaxValue;
        if (text.Length == 0 || Syscall.getgrnam(text) is not { } group)
            return false;
        gid = group.gr_gid;
        return true;
    }

    /// <summary>The user's name, or null.</summary>
    public static string? OfUser(uint uid) => Syscall.getpwuid(uid)?.pw_name;

    /// <summary>The group's name, or null.</summary>
    public static string? OfGroup(uint gid) => Syscall.getgrgid(gid)?.gr_name;

    private static bool TryParseNumber(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

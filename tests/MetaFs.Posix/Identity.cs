// Who makes a call.
namespace MetaFs.Posix;

/// <summary>A user, group and supplementary groups.</summary>
internal sealed record Identity(uint Uid, uint Gid, params uint[] Groups)
{
    /// <summary>"uid:gid", as chown(1) writes it.</summary>
    public string Owner => $"{Uid}:{Gid}";
}

/// <summary>The users that root acts as. Nobody in particular: only numbers count.</summary>
internal static class Users
{
    /// <summary>A group that some of them are in.</summary>
    public const uint Group = 3001;

    /// <summary>Owns things; has the group as a supplementary one.</summary>
    public static readonly Identity Owner = new(2001, 2001, Group);

    /// <summary>In the group by its primary one.</summary>
    public static readonly Identity Member = new(2003, Group);

    /// <summary>In the group by a supplementary one, which is not its first.</summary>
    public static readonly Identity Supplementary = new(2004, 2004, 3000, Group);

    /// <summary>In no class but others.</summary>
    public static readonly Identity Other = new(2002, 2002);
}

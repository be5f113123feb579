// Access control lists between the kernel's form and the text of acl(5).
using System.Buffers.Binary;
using System.Globalization;

namespace MetaFs.Cli.Transfer;

/// <summary>An entry a line or between commas: <c>user::rwx</c>, <c>group:100:r-x</c>. Pure.</summary>
internal static class AclText
{
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const uint Version = 2;

    // In the order that the kernel wants them.
    private static readonly (ushort Tag, string Word, bool IsNamed)[] s_tags =
    [
        (AclEntry.UserObject, "user", false), (AclEntry.User, "user", true), (AclEntry.GroupObject, "group", false),
        (AclEntry.Group, "group", true), (AclEntry.Mask, "mask", false), (AclEntry.Other, "other", false),
    ];

    /// <summary>The entries of an ACL in the kernel's form; none: it is not one.</summary>
    public static List<string> Entries(ReadOnlySpan<byte> acl)
    {
        List<string> entries = [];
        if (acl.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(acl) != Version)
            return entries;
        for (ReadOnlySpan<byte> rest = acl[HeaderSize..]; rest.Length >= EntrySize; rest = rest[EntrySize..])
        {
            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            (_, string? word, bool isNamed) = Array.Find(s_tags, known => known.Tag == tag);
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            string name = isNamed ? id.ToString(CultureInfo.InvariantCulture) : "";
            entries.Add($"{word}:{name}:{Access(BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]))}");
        }

        return entries;
    }

    /// <summary>The kernel's form of entries.</summary>
    /// <param name="entries">As <see cref="Entries"/> has them; names of users and groups are looked up.</param>
    /// <param name="line">Where they are, for messages.</param>
    /// <exception cref="EntryFormatException">One is malformed.</exception>
    public static byte[] Acl(IEnumerable<string> entries, long line) =>
        Acl(entries.Select(entry => Parse(entry, line)));

    /// <summary>The kernel's form of entries in any order.</summary>
    public static byte[] Acl(IEnumerable<AclEntry> entries)
    {
        AclEntry[] parsed = [.. entries.OrderBy(static e => e.Tag).ThenBy(static e => e.Id)];
        byte[] acl = new byte[HeaderSize + (parsed.Length * EntrySize)];
        BinaryPrimitives.WriteUInt32LittleEndian(acl, Version);
        Span<byte> rest = acl.AsSpan(HeaderSize);
        foreach ((ushort tag, uint id, uint bits) in parsed)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], (ushort)bits);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], id);
            rest = rest[EntrySize..];
        }

        return acl;
    }

    /// <summary>The permission bits of entries: the mask, where there is one, stands for the group.</summary>
    public static uint Mode(IEnumerable<string> entries, long line)
    {
        uint mode = 0;
        uint? mask = null;
        foreach ((ushort tag, _, uint bits) in entries.Select(entry => Parse(entry, line)))
        {
            mode |= tag switch
            {
                AclEntry.UserObject => bits << 6,
                AclEntry.GroupObject => bits << 3,
                AclEntry.Other => bits,
                _ => 0,
            };
            mask = tag == AclEntry.Mask ? bits : mask;
        }

        return mask is { } shown ? (mode & ~0x38u) | (shown << 3) : mode;
    }

    /// <summary>The three base entries of a mode.</summary>
    public static string[] OfMode(uint mode) =>
        [$"user::{Access(mode >> 6)}", $"group::{Access(mode >> 3)}", $"other::{Access(mode)}"];

    private static string Access(uint bits) =>
        $"{((bits & 4) != 0 ? 'r' : '-')}{((bits & 2) != 0 ? 'w' : '-')}{((bits & 1) != 0 ? 'x' : '-')}";

    // A fourth part is star's: the number beside the name. A comment with the effective rights may follow.
    private static AclEntry Parse(string entry, long line)
    {
        string[] parts = entry.Split('#')[0].Trim().Split(':');
        bool isNamed = parts.Length > 2 && parts[1].Length > 0;
        (ushort tag, string? word, _) = Array.Find(s_tags, known => known.Word == parts[0] && known.IsNamed == isNamed);
        if (word is null || parts.Length < 3)
            throw new EntryFormatException(line, $"'{ByteText.ForDisplay(entry)}' is no ACL entry");
        uint id = AclEntry.NoId;
        if (isNamed)
        {
            string name = parts.Length > 3 ? parts[3] : parts[1];
            if (!(word == "user" ? UserNames.TryParseUser(name, out id) : UserNames.TryParseGroup(name, out id)))
                throw NoSuch(name, line);
        }

        return new AclEntry(tag, id, Bits(parts[2], line));
    }

    /// <summary>The error of a name that this machine does not know.</summary>
    public static EntryFormatException NoSuch(string name, long line) =>
        new(line, $"there is no user or group '{ByteText.ForDisplay(name)}' here");

    private static uint Bits(string text, long line)
    {
        if (text.Length != 3 || text.Any(static c => c is not ('r' or 'w' or 'x' or '-')))
            throw new EntryFormatException(line, $"'{ByteText.ForDisplay(text)}' is no permission such as r-x");
        return (text[0] == 'r' ? 4u : 0) | (text[1] == 'w' ? 2u : 0) | (text[2] == 'x' ? 1u : 0);
    }
}

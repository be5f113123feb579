using System.Buffers.Binary;
using System.Globalization;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>ACLs in the form that setxattr(2) takes (linux/posix_acl_xattr.h).</summary>
internal static class AclBytes
{
    /// <summary>Entries as "tag:permissions[:id]", numbers in decimal.</summary>
    public static byte[] Of(string entries)
    {
        string[][] all =
            [.. entries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split(':'))];
        byte[] acl = new byte[4 + (all.Length * 8)];
        acl[0] = 2;
        for (int i = 0; i < all.Length; i++)
        {
            Span<byte> entry = acl.AsSpan(4 + (i * 8));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, Number<ushort>(all[i][0]));
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], Number<ushort>(all[i][1]));
            BinaryPrimitives.WriteUInt32LittleEndian(
                entry[4..], all[i].Length > 2 ? Number<uint>(all[i][2]) : uint.MaxValue);
        }

        return acl;
    }

    private static T Number<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);
}

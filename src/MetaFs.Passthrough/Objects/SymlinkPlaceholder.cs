// A symbolic link as a plain file that macOS and the Linux CIFS client (mount.cifs(8), mfsymlinks) take for one. Pure.
using System.Globalization;
using System.Security.Cryptography;

namespace MetaFs.Passthrough.Objects;

/// <summary>"XSym", the target's length and its MD5 as lines, the target, a newline, and blanks up to a fixed size.</summary>
/// <remarks>
/// fs/smb/client/link.c, format_mf_symlink and parse_mf_symlink. A target that is too long for it is cut off here, with its
/// true length and digest: no reader takes that for a link (the client refuses a length above 1024), and ours knows it again.
/// </remarks>
internal static class SymlinkPlaceholder
{
    /// <summary>The file's size, bytes.</summary>
    public const int Size = TargetOffset + LongestTarget;

    /// <summary>The longest target that a reader without a record can have, bytes.</summary>
    public const int LongestTarget = 1024;

    private const int LengthOffset = 5;
    private const int DigestOffset = 10;
    private const int TargetOffset = 43;

    private static ReadOnlySpan<byte> Magic => "XSym\n"u8;

    /// <summary>Writes the content of a link's placeholder.</summary>
    /// <param name="target">At most 4095 bytes.</param>
    /// <param name="content"><see cref="Size"/> bytes.</param>
    public static void Write(ReadOnlySpan<byte> target, Span<byte> content)
    {
        content.Fill((byte)' ');
        WriteHeader(target, content);
        ReadOnlySpan<byte> kept = target[..Math.Min(target.Length, LongestTarget)];
        kept.CopyTo(content[TargetOffset..]);
        if (kept.Length < LongestTarget)
            content[TargetOffset + kept.Length] = (byte)'\n';
    }

    /// <summary>Reads the target out of a file's content.</summary>
    /// <returns>Whether it is a placeholder that says all; the target has no NUL and is not empty.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> target)
    {
        target = default;
        if (content.Length != Size || !content.StartsWith(Magic)
            || !TryReadLength(content.Slice(LengthOffset, 4), out int length) || length is 0 or > LongestTarget)
        {
            return false;
        }

        target = content.Slice(TargetOffset, length);
        return !target.Contains((byte)0) && HasHeaderOf(target, content);
    }

    /// <summary>Whether a file's content stands for a link with this target.</summary>
    public static bool Holds(ReadOnlySpan<byte> content, ReadOnlySpan<byte> target)
    {
        ReadOnlySpan<byte> kept = target[..Math.Min(target.Length, LongestTarget)];
        return content.Length == Size && HasHeaderOf(target, content)
            && content.Slice(TargetOffset, kept.Length).SequenceEqual(kept);
    }

    private static bool HasHeaderOf(ReadOnlySpan<byte> target, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[TargetOffset];
        WriteHeader(target, header);
        return content.StartsWith(header);
    }

    private static void WriteHeader(ReadOnlySpan<byte> target, Span<byte> content)
    {
        Magic.CopyTo(content);
        target.Length.TryFormat(content[LengthOffset..], out _, "D4", CultureInfo.InvariantCulture);
        content[DigestOffset - 1] = (byte)'\n';
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The format's own checksum, which protects nothing.
        MD5.HashData(target, digest);
#pragma warning restore CA5351
        Convert.TryToHexStringLower(digest, content[DigestOffset..], out _);
        content[TargetOffset - 1] = (byte)'\n';
    }

    private static bool TryReadLength(ReadOnlySpan<byte> digits, out int length)
    {
        length = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            length = (length * 10) + (digit - '0');
        }

        return true;
    }
}

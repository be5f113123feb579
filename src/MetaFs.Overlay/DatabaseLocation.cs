// Where databases live unless the user says db=FILE.
using System.Security.Cryptography;
using System.Text;

namespace MetaFs.Overlay;

/// <summary>Default places of databases.</summary>
public static class DatabaseLocation
{
    private const int LongestSlug = 48;

    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The default directory, absolute; it need not exist.</summary>
    /// <param name="root">Whether root mounts; a user's databases are below <c>$XDG_STATE_HOME</c>.</param>
    /// <exception cref="OverlayException">The user has no home directory.</exception>
    public static string DefaultDirectory(bool root)
    {
        if (root)
            return "/var/lib/metafs";

        // A relative XDG_STATE_HOME is invalid and to be ignored (XDG base directory specification).
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !Path.IsPathRooted(state))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (home.Length == 0)
                throw new OverlayException("no place for the database: the user has no home directory; give db=FILE");
            state = Path.Combine(home, ".local", "state");
        }

        return Path.Combine(state, "metafs");
    }

    /// <summary>The file for one share: a readable name and 12 hex digits that tell equal names apart.</summary>
    /// <param name="directory">As from <see cref="DefaultDirectory"/>.</param>
    /// <param name="shareName">What people call the share, e.g. its mount source; any text.</param>
    /// <param name="identityText">File system type, mount source and path inside it; any text.</param>
    public static string DefaultFile(string directory, string shareName, string identityText)
    {
        // A lone surrogate becomes a replacement character: the digest of a strange name is still stable.
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(identityText));
        return Path.Combine(directory, $"{Slug(shareName)}-{Convert.ToHexStringLower(digest.AsSpan(0, 6))}.db");
    }

    /// <summary>Makes the directory, mode 0700, and missing parents; an existing one is left alone.</summary>
    /// <exception cref="OverlayException">It cannot be made.</exception>
    public static void EnsureDirectory(string directory)
    {
        if (Directory.Exists(directory))
            return;
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly);

            // The umask may have taken bits away that the owner needs.
            File.SetUnixFileMode(directory, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException(
                $"directory {directory} for the database cannot be made: {FileTrouble.Of(e)}; "
                + "give db=FILE in a directory of yours",
                e);
        }
    }

    private static string Slug(string name)
    {
        StringBuilder slug = new();
        foreach (char c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '_')
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
            if (slug.Length == LongestSlug)
                break;
        }

        // A leading dot would hide the file.
        string text = slug.ToString().Trim('-', '.');
        return text.Length == 0 ? "share" : text;
    }
}

// Every word of -o in one table: the parser, the help and the messages read it.
using System.Collections.Frozen;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Objects;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Cli.Options;

/// <summary>The words of <c>-o</c>.</summary>
internal static class MountOptionTable
{
    private const uint AllModeBits = 0xFFF;

    // What fstab(5), mount(8) and systemd.mount(5) write for themselves and hand down to every helper.
    private static readonly FrozenSet<string> s_ignoredWords = FrozenSet.ToFrozenSet(
    [
        "defaults", "auto", "noauto", "user", "nouser", "users", "owner", "group", "nofail", "_netdev", "async",
        "atime", "noatime", "diratime", "nodiratime", "relatime", "norelatime", "strictatime", "nostrictatime",
        "lazytime", "nolazytime",
    ]);

    private static readonly string[] s_ignoredPrefixes = ["x-", "X-", "comment=", "user="];

    /// <summary>All words, in the order of the help.</summary>
    public static IReadOnlyList<MountOption> All { get; } =
    [
        Value("db", "FILE", "keep the records in FILE (default: a file per share)",
            static (o, v) => v.Length == 0 ? null : o with { Database = v }),
        Id("uid", "USER", "owner of files without a recorded one", UserNames.TryParseUser,
            static (o, id) => o with { Uid = id }),
        Id("gid", "GROUP", "group of files without a recorded one", UserNames.TryParseGroup,
            static (o, id) => o with { Gid = id }),
        Mode("file_mode", "mode of files without a recorded one", static (o, mode) => o with { FileMode = mode }),
        Mode("dir_mode", "mode of directories without a recorded one", static (o, mode) => o with { DirMode = mode }),
        Flag("allow_other", "let other users in (always so when root mounts)",
            static o => o with { AllowOther = true }),
        Flag("noperm", "no permission checks beyond the share's own", static o => o with { NoPerm = true }),
        Value("as", "caller|daemon",
            "whom the share sees: the caller (root mounts only), or the daemon",
            static (o, v) => v is "caller" or "daemon" ? o with { AsCaller = v == "caller" } : null),
        Value("identity", "auto|ino|name", "what files are known by",
            static (o, v) => v switch
            {
                "auto" => o with { Identity = IdentityPolicy.Auto },
                "ino" => o with { Identity = IdentityPolicy.Ino },
                "name" => o with { Identity = IdentityPolicy.Name },
                _ => null,
            }),
        Flag("ro", "mount read-only", static o => o with { ReadOnly = true }),
        Flag("rw", "mount read-write (default)", static o => o with { ReadOnly = false }),
        Flag("suid", "honour set-user-ID and set-group-ID bits", static o => o with { Suid = true }),
        Flag("nosuid", "ignore them (default)", static o => o with { Suid = false }),
        Flag("allow_suid", "the same as suid, for fstab", static o => o with { Suid = true }),
        Flag("dev", "let device files work", static o => o with { Dev = true }),
        Flag("nodev", "do not (default)", static o => o with { Dev = false }),
        Flag("allow_dev", "the same as dev, for fstab", static o => o with { Dev = true }),
        Flag("exec", "let programs be run (default)", static o => o with { NoExec = false }),
        Flag("noexec", "do not", static o => o with { NoExec = true }),
        Timeout("entry_timeout", "how long the kernel keeps a name (1)", static (o, t) => o with { EntryTimeout = t }),
        Timeout("attr_timeout", "how long it keeps attributes (1)", static (o, t) => o with { AttrTimeout = t }),
        Timeout("negative_timeout", "how long it keeps a missing name (0)",
            static (o, t) => o with { NegativeTimeout = t }),
        Policy("chown", "try the share first, or only record it", static (o, p) => o with { Chown = p }),
        Policy("chmod", "the same for permission bits", static (o, p) => o with { Chmod = p }),
        Policy("utimens", "the same for times", static (o, p) => o with { Utimens = p }),
        Value("objects", "auto|share|emulate",
            "who holds symbolic links, fifos, sockets and devices (auto)",
            static (o, v) => v switch
            {
                "auto" => o with { Objects = ObjectPolicy.Auto },
                "share" => o with { Objects = ObjectPolicy.Share },
                "emulate" => o with { Objects = ObjectPolicy.Emulate },
                _ => null,
            }),
        Value("xattrs", "auto|share|overlay|none",
            "who holds extended attributes and ACLs (auto)",
            static (o, v) => v switch
            {
                "auto" => o with { Xattrs = XattrPolicy.Auto },
                "share" => o with { Xattrs = XattrPolicy.Share },
                "overlay" => o with { Xattrs = XattrPolicy.Overlay },
                "none" => o with { Xattrs = XattrPolicy.None },
                _ => null,
            }),
        Flag("acl", "POSIX ACLs (default, but with xattrs=none)", static o => o with { Acls = true }),
        Flag("noacl", "none", static o => o with { Acls = false }),
        Value("unlinked", "auto|hide|leave", "files removed while open: out of sight, or as the share does it (auto)",
            static (o, v) => v switch
            {
                "auto" => o with { Unlinked = UnlinkedFiles.Auto },
                "hide" => o with { Unlinked = UnlinkedFiles.Hide },
                "leave" => o with { Unlinked = UnlinkedFiles.Leave },
                _ => null,
            }),
        Flag("no_passthrough", "keep reads and writes in the daemon", static o => o with { Passthrough = false }),
        Flag("no_io_uring", "take requests from the device only", static o => o with { IoUring = false }),
        Value("threads", "N", "at most N worker threads, 1 to 1024 (64)",
            static (o, v) => OptionValues.TryCount(v, 1024, out int n) ? o with { Threads = n } : null),
    ];

    /// <summary>The option of that name, or null.</summary>
    public static MountOption? Find(string name) => All.FirstOrDefault(o => o.Name == name);

    /// <summary>Whether the word is for others (mount(8), systemd) and no business of the file system.</summary>
    public static bool IsIgnored(string word) =>
        s_ignoredWords.Contains(word)
        || Array.Exists(s_ignoredPrefixes, p => word.StartsWith(p, StringComparison.Ordinal));

    private delegate bool TryParseId(string text, out uint id);

    private static MountOption Flag(string name, string help, Func<MountOptions, MountOptions> apply) =>
        new(name, null, help, (o, _) => apply(o));

    private static MountOption Value(
        string name, string form, string help, Func<MountOptions, string, MountOptions?> apply) =>
        new(name, form, help, apply);

    private static MountOption Id(
        string name, string form, string help, TryParseId parse, Func<MountOptions, uint, MountOptions> apply) =>
        new(name, form, help, (o, v) => parse(v, out uint id) ? apply(o, id) : null);

    private static MountOption Mode(string name, string help, Func<MountOptions, uint, MountOptions> apply) =>
        new(name, "OCTAL", help,
            (o, v) => OptionValues.TryOctal(v, AllModeBits, out uint mode) ? apply(o, mode) : null);

    private static MountOption Timeout(string name, string help, Func<MountOptions, TimeSpan, MountOptions> apply) =>
        new(name, "SECONDS", help, (o, v) => OptionValues.TrySeconds(v, out TimeSpan time) ? apply(o, time) : null);

    private static MountOption Policy(string name, string help, Func<MountOptions, SetPolicy, MountOptions> apply) =>
        new(name, "try|record", help, (o, v) => v switch
        {
            "try" => apply(o, SetPolicy.Try),
            "record" => apply(o, SetPolicy.Record),
            _ => null,
        });
}

namespace MetaFs.Mount.Tests.Harness;

/// <summary>The kinds of share that this machine itself can offer.</summary>
public enum ShareKind
{
    /// <summary>A directory of uid 33 and group 33, mode 0775, MetaFs run by uid 1000 in that group: the kernel answers EPERM.</summary>
    ForeignDirectory,

    /// <summary>bindfs that answers EPERM to chown and chmod.</summary>
    BindfsDeny,

    /// <summary>bindfs that answers 0 to chown and chmod and changes nothing.</summary>
    BindfsIgnore,

    /// <summary>A directory of the machine's own disk: accepts everything.</summary>
    PlainDirectory,

    /// <summary>A tmpfs: accepts everything.</summary>
    Tmpfs,
}

/// <summary>The kinds of share of theories.</summary>
public static class ShareKinds
{
    public static TheoryData<ShareKind> All => [.. Enum.GetValues<ShareKind>()];

    /// <summary>Those that more than one user may use: mounted by root.</summary>
    public static TheoryData<ShareKind> ForEverybody =>
        [.. Enum.GetValues<ShareKind>().Where(kind => kind != ShareKind.ForeignDirectory)];

    /// <summary>Those that do not keep owners.</summary>
    public static TheoryData<ShareKind> Refusing =>
        [ShareKind.ForeignDirectory, ShareKind.BindfsDeny, ShareKind.BindfsIgnore];
}

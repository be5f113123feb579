using MetaFs.Overlay;

namespace MetaFs.Passthrough.Shares;

/// <summary>By what the inodes of a volume are known: by the share's numbers, or by their names.</summary>
internal static class VolumeChoice
{
    /// <summary>The identity under which a share is opened.</summary>
    public static VolumeIdentity Of(IOverlayStore store, ShareDescription share, IdentityPolicy policy) => policy switch
    {
        IdentityPolicy.Name => share.NameIdentity,
        IdentityPolicy.Ino => share.Identity,
        _ when Has(store, share.NameIdentity) => share.NameIdentity,

        // Kept by the server's numbers, until the client stopped showing them.
        _ when share.ServerIdentity is { } server && Has(store, server) => server,

        // Records under numbers that move have not outlived their mount, so nothing is lost by leaving them.
        _ => share.StableInodes ? share.Identity : share.NameIdentity,
    };

    /// <summary>Why a database does not go with an option, or null: its records would not be seen, and come to be others'.</summary>
    public static string? Refusal(IOverlayStore store, ShareDescription share, IdentityPolicy policy)
    {
        bool hasNames = Has(store, share.NameIdentity);
        bool hasNumbers = (share.StableInodes && Has(store, share.Identity))
            || (share.ServerIdentity is { } server && Has(store, server));
        return policy switch
        {
            IdentityPolicy.Ino when hasNames && !hasNumbers =>
                "its records of this share go by name; mount without identity=ino",
            IdentityPolicy.Name when hasNumbers && !hasNames =>
                "its records of this share go by inode number; mount without identity=name",
            _ => null,
        };
    }

    private static bool Has(IOverlayStore store, in VolumeIdentity identity) =>
        store.FindVolume(identity, out _) == OverlayStatus.Ok;
}

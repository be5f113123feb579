namespace MetaFs.Mount.Tests.Harness;

/// <summary>One mount per place, made when first asked for and kept for all classes of the collection.</summary>
public sealed class SharedMounts : IDisposable
{
    public const string Collection = "shared mounts";

    private readonly Dictionary<Place, Share> _shares = [];
    private readonly Workspace _oracle = new();
    private int _venues;

    /// <summary>A fresh directory in that place for one test.</summary>
    public Venue NewVenue(Place place)
    {
        string name = "v" + _venues++;
        if (place == Place.Oracle)
        {
            string directory = _oracle.MakeDirectory(name);
            return new Venue(place, directory, directory, Identity.Root, null);
        }

        Share share = Get(place);
        string path = $"{share.MountPoint}/{name}";
        share.Mounter.Run(() => Posix.Mkdir(path, Octal.Oct(755)).Ok());
        return new Venue(place, path, $"{share.Backing}/{name}", share.Mounter, share);
    }

    private Share Get(Place place)
    {
        if (_shares.TryGetValue(place, out Share? share))
            return share;
        share = place switch
        {
            Place.OverPlainDirectory => new Share(ShareKind.PlainDirectory, trace: true),
            Place.OverTmpfs => new Share(ShareKind.Tmpfs, trace: true),
            Place.OverBindfsDeny => new Share(ShareKind.BindfsDeny, trace: true),
            Place.OverBindfsIgnore => new Share(ShareKind.BindfsIgnore, trace: true),
            Place.OverForeignDirectory => new Share(ShareKind.ForeignDirectory, trace: true),
            Place.RecordingEverything =>
                new Share(ShareKind.PlainDirectory, "chown=record,chmod=record,utimens=record", trace: true),
            _ => throw new ArgumentOutOfRangeException(nameof(place)),
        };
        _shares.Add(place, share);
        Leaks.Expect(share.MountPoint);
        Leaks.Expect(share.Directory);
        return share;
    }

    public void Dispose()
    {
        List<Exception> failures = [];
        foreach (Share share in _shares.Values)
        {
            Leaks.NoLongerExpect(share.MountPoint);
            Leaks.NoLongerExpect(share.Directory);
            try
            {
                share.Dispose();
            }
#pragma warning disable CA1031 // the other mounts are taken away too
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }

        _oracle.Dispose();
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}

[CollectionDefinition(SharedMounts.Collection)]
#pragma warning disable CA1711 // xunit's word
public sealed class SharedMountsCollection : ICollectionFixture<SharedMounts>;
#pragma warning restore CA1711

/// <summary>One test's directory in a place.</summary>
/// <param name="Place">Which.</param>
/// <param name="Path">The directory, as users see it.</param>
/// <param name="Backing">The same directory on the server's side; equal to <paramref name="Path"/> without a mount.</param>
/// <param name="Mounter">Who may do everything there.</param>
/// <param name="Share">The share and its mount; null for the oracle.</param>
public sealed record Venue(Place Place, string Path, string Backing, Identity Mounter, Share? Share)
{
    public string this[string name] => $"{Path}/{name}";

    /// <summary>
    /// Waits until the share itself tells the truth: libfuse gives every name of a file an inode, and attributes, of its
    /// own and keeps those for a second, so bindfs shows a change made by one name late by another.
    /// </summary>
    public void LetHardLinksSettle()
    {
        if (Share?.Kind is ShareKind.BindfsDeny or ShareKind.BindfsIgnore)
            Thread.Sleep(1100);
    }
}

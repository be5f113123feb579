namespace MetaFs.Mount.Tests.Semantics;

/// <summary>A time that was set must not outlive a change of the data, by whatever call or host.</summary>
public sealed class DataMovesTimesTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private const long Old = 981_173_106_123_456_789;
    private const int Size = 8192;

    private static readonly Dictionary<string, Action<Venue>> s_changes = new()
    {
        ["write"] = venue => OnDescriptor(venue, fd => Posix.Write(fd, "new").Ok()),
        ["append"] = venue => OnDescriptor(venue, fd => Posix.Write(fd, "new").Ok(), Posix.O_APPEND),
        ["pwrite"] = venue => OnDescriptor(venue, fd => Posix.Pwrite(fd, "new", 100).Ok()),
        ["mmap"] = venue => OnDescriptor(venue, fd => Posix.WriteByMapping(fd, 10, 99)),
        ["truncate"] = venue => Posix.Truncate(venue["f"], 10).Ok(),
        ["truncate up"] = venue => Posix.Truncate(venue["f"], 2 * Size).Ok(),
        ["ftruncate"] = venue => OnDescriptor(venue, fd => Posix.Ftruncate(fd, 10).Ok()),
        ["O_TRUNC"] = venue => OnDescriptor(venue, _ => { }, Posix.O_TRUNC),
        ["copy_file_range"] = venue => OnDescriptor(venue, fd =>
        {
            Posix.CreateFile(venue["source"], "some data");
            int from = Posix.Open(venue["source"], Posix.O_RDONLY);
            Posix.CopyFileRange(from, fd, 9, out int copied).Ok();
            Assert.Equal(9, copied);
            Posix.Close(from).Ok();
        }),
    };

    public static TheoryData<Place, string> PlacesAndChanges
    {
        get
        {
            TheoryData<Place, string> data = [];
            foreach (Place place in Enum.GetValues<Place>())
            {
                foreach (string change in s_changes.Keys)
                    data.Add(place, change);
                // tmpfs itself leaves mtime alone, bindfs cannot
                if (place is not (Place.OverTmpfs or Place.OverBindfsDeny or Place.OverBindfsIgnore))
                    data.Add(place, "fallocate");
            }

            return data;
        }
    }

    [RootTheory]
    [MemberData(nameof(PlacesAndChanges))]
    public void ChangingTheDataMovesMtime(Place place, string change) => In(place, venue =>
    {
        MakeOldFile(venue);
        Action<Venue> make = change == "fallocate"
            ? v => OnDescriptor(v, fd => Posix.Fallocate(fd, 0, 0, 2 * Size).Ok())
            : s_changes[change];
        make(venue);
        AssertIsRecent(venue["f"]);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void WritingThroughADescriptorThatWasOpenBefore(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], new string('a', Size));
        int fd = Posix.Open(venue["f"], Posix.O_RDWR);
        Posix.Pwrite(fd, "b", 0).Ok();
        Posix.Utimens(venue["f"], Old, Old).Ok();
        Assert.Equal(Old, Posix.Stat(fd).Mtime);
        Posix.Pwrite(fd, "c", 0).Ok(); // same size, same place
        AssertIsRecent(venue["f"]);
        Posix.Close(fd).Ok();
        AssertIsRecent(venue["f"]);
    });

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void AnotherHostsWriteMovesMtime(Place place) => In(place, venue =>
    {
        MakeOldFile(venue);
        Identity? server = venue.Place == Place.OverForeignDirectory ? null : Identity.Root;
        Command.Bash(server, "printf more >>\"$1\"", $"{venue.Backing}/f").MustSucceed();
        Eventually(() => AssertIsRecent(venue["f"]));
    });

    [RootTheory]
    [MemberData(nameof(Places.Mounted), MemberType = typeof(Places))]
    public void ReadingLeavesMtimeAlone(Place place) => In(place, venue =>
    {
        MakeOldFile(venue);
        Posix.ReadFile(venue["f"]);
        Posix.Close(Posix.Open(venue["f"], Posix.O_RDWR)).Ok();
        Assert.Equal(Old, Posix.Stat(venue["f"]).Mtime);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void ANameMadeInADirectoryMovesTheDirectorysMtime(Place place) => In(place, venue =>
    {
        Posix.Mkdir(venue["f"], Oct(755)).Ok();
        foreach (string name in (string[])["f/a", "f/b"])
        {
            Posix.Utimens(venue["f"], Old, Old).Ok();
            Posix.CreateFile(venue[name]);
            AssertIsRecent(venue["f"]);
        }

        Posix.Utimens(venue["f"], Old, Old).Ok();
        Posix.Unlink(venue["f/a"]).Ok();
        AssertIsRecent(venue["f"]);
        Posix.Utimens(venue["f"], Old, Old).Ok();
        Posix.Rename(venue["f/b"], venue["f/c"]).Ok();
        AssertIsRecent(venue["f"]);
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AMappedWriteShowsItsTimeThoughTheKernelHadAttributes(Place place) => In(place, venue =>
    {
        MakeOldFile(venue);
        OnDescriptor(venue, fd => Posix.WriteByMapping(
            fd, 99, between: () => Assert.Equal(Old, Posix.Stat(venue["f"]).Mtime)));
        AssertIsRecent(venue["f"]);
    });

    private static void MakeOldFile(Venue venue)
    {
        Posix.CreateFile(venue["f"], new string('a', Size));
        Posix.Utimens(venue["f"], Old, Old).Ok();
        Assert.Equal(Old, Posix.Stat(venue["f"]).Mtime);
    }

    private static void OnDescriptor(Venue venue, Action<int> change, int flags = 0)
    {
        int fd = Posix.Open(venue["f"], Posix.O_RDWR | flags);
        change(fd);
        Posix.Close(fd).Ok();
    }

    private static void AssertIsRecent(string path)
    {
        long mtime = Posix.Stat(path).Mtime;
        Assert.True(mtime > Old + 1_000_000_000, $"{path}: mtime is still {mtime}");
    }

    /// <summary>Other hosts' changes are seen when the attribute timeout (1 s) is over.</summary>
    private static void Eventually(Action check) => Patience.UntilPasses(check);
}

using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A tmpfs of the test's own with a file "f" in it; unmounted at the end. Needs root.</summary>
internal sealed class TmpfsMount : IDisposable
{
    private readonly string? _made;

    public TmpfsMount(bool readOnly, string? mountPoint = null)
    {
        Path = mountPoint ?? (_made = Directory.CreateTempSubdirectory("metafs-passthrough-tmpfs-").FullName);
        Assert.Equal(Errno.OK, Mount(0));
        if (!readOnly)
            return;
        File.WriteAllText(System.IO.Path.Combine(Path, "f"), "data");
        Assert.Equal(Errno.OK, Mount(MountFlags.MS_REMOUNT | MountFlags.MS_RDONLY));
    }

    public string Path { get; }

    public void Dispose()
    {
        Assert.Equal(Errno.OK, Libc.Umount2(Names.Z(Path), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW));
        if (_made is not null)
            Directory.Delete(_made);
    }

    private Errno Mount(ulong flags) =>
        Libc.Mount(Names.Z("metafs-test"), Names.Z(Path), Names.Z("tmpfs"), flags, Names.Z("size=1m"));
}

// Files without a name that are still open
namespace MetaFs.Posix.Cases;

internal static class OpenUnlinkedCases
{
    public static void DataStays(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        fd.Pread(7, 0).Is("content");
        fd.Seek(0, Libc.SEEK_END).Is(7);
        fd.Write("more").Ok();
        fd.Pread(11, 0).Is("contentmore");
        fd.Stat().Size.Is(11);
    }

    [Needs(Need.UnlinkedName)]
    public static void TheNameIsGone(CaseDirectory d)
    {
        _ = Removed(d);
        d.TryLstat("file", out _).Gives(ENOENT);
        d.Open("file", O_RDONLY).Gives(ENOENT);
        d.Unlink("file").Gives(ENOENT);
        d.Exists("file").Is(false);
    }

    [Needs(Need.UnlinkedEntry)]
    public static void TheDirectoryIsEmpty(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d/file", O_RDWR | O_CREAT, 600);
        d.Unlink("d/file").Ok();
        d.Names("d").Length.Is(0);
        d.Rmdir("d").Ok();
        fd.Write("content").Ok();
        fd.Pread(7, 0).Is("content");
    }

    [Needs(Need.UnlinkedLinks)]
    public static void HasNoLinks(CaseDirectory d) => Removed(d).Stat().Nlink.Is(0);

    [Needs(Need.UnlinkedName)]
    public static void TheNameCanBeTakenAgain(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        d.File("file", "another", 640);
        fd.Pread(7, 0).Is("content");
        fd.Write("C").Ok();
        d.Content("file").Is("another");
        d.Stat("file").Mode.Is(640);
        fd.Stat().Mode.Is(604);
        fd.Dispose();
        d.Content("file").Is("another");
    }

    [Needs(Need.UnlinkedChmod)]
    public static void Fchmod(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        fd.Chmod(4711).Ok();
        fd.Stat().Mode.Is(4711);
    }

    public static void Ftruncate(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        fd.Truncate(3).Ok();
        fd.Stat().Size.Is(3);
        fd.Pread(7, 0).Is("con");
    }

    public static void Futimens(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        fd.Utimens(11, 22).Ok();
        (fd.Stat().Atime, fd.Stat().Mtime).Is((11, 22));
    }

    [Needs(Need.Root)]
    public static void Fchown(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        fd.Chown(42, 43).Ok();
        fd.Stat().Owner.Is("42:43");
    }

    [Needs(Need.Root, Need.UnlinkedName)]
    public static void KeepsItsOwner(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 604);
        SafeFd fd = d.Opened("file", O_RDONLY);
        d.Unlink("file").Ok();
        d.FileOf(Users.Other, "file", 600);
        fd.Stat().Owner.Is(Users.Owner.Owner);
        fd.Stat().Mode.Is(604);
    }

    [Needs(Need.Link, Need.UnlinkedLinks)]
    public static void CannotBeLinkedAgain(CaseDirectory d)
    {
        SafeFd fd = Removed(d);
        d.Link(fd, "again").Gives(ENOENT);
        d.Exists("again").Is(false);
    }

    public static void ThroughTwoDescriptors(CaseDirectory d)
    {
        d.File("file", "content");
        SafeFd first = d.Opened("file", O_RDWR);
        SafeFd second = d.Opened("file", O_RDONLY);
        d.Unlink("file").Ok();
        first.Write("CON").Ok();
        second.Pread(7, 0).Is("CONtent");
        first.Dispose();
        second.Pread(7, 0).Is("CONtent");
        second.Stat().Size.Is(7);
    }

    public static void ThroughAPathDescriptor(CaseDirectory d)
    {
        d.File("file", "content", 604);
        SafeFd fd = d.Opened("file", O_PATH);
        d.Unlink("file").Ok();
        fd.Stat().Mode.Is(604);
    }

    public static void AMappingStays(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Write("content").Ok();
        Syscalls.Mmap(fd, 7, Syscalls.PROT_READ, out nint address).Ok();
        d.Unlink("file").Ok();
        fd.Dispose();
        System.Runtime.InteropServices.Marshal.ReadByte(address, 6).Is((byte)'t');
        Syscalls.Munmap(address, 7).Ok();
    }

    [Needs(Need.UnlinkedName)]
    public static void ManyAtOnce(CaseDirectory d)
    {
        List<SafeFd> all = [];
        for (int i = 0; i < 20; i++)
        {
            SafeFd fd = d.Opened("file", O_RDWR | O_CREAT | O_EXCL, 600);
            fd.Write($"content {i}").Ok();
            d.Unlink("file").Ok();
            all.Add(fd);
        }

        for (int i = 0; i < 20; i++)
            all[i].Pread(20, 0).Is($"content {i}");
    }

    private static SafeFd Removed(CaseDirectory d)
    {
        d.File("file", "content", 604);
        SafeFd fd = d.Opened("file", O_RDWR);
        d.Unlink("file").Ok();
        return fd;
    }
}

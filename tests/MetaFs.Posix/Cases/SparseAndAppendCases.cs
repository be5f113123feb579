// Where bytes go: holes, ends, offsets
namespace MetaFs.Posix.Cases;

internal static class SparseAndAppendCases
{
    private const int Page = 4096;

    public static void AHoleReadsAsZeros(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Pwrite("end", 100_000).Ok();
        fd.Stat().Size.Is(100_003);
        fd.Pread(10, 50_000).Is(new string('\0', 10));
        fd.Pread(10, 99_995).Is("\0\0\0\0\0end");
    }

    [Needs(Need.Holes)]
    public static void AHoleTakesNoRoom(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Pwrite("end", 100 << 20).Ok();
        Libc.Fsync(fd).Ok();
        (fd.Stat().Blocks < 2048).Holds($"{fd.Stat().Blocks} blocks are less than a megabyte");
    }

    [Needs(Need.Holes)]
    public static void SeekFindsDataAndHoles(CaseDirectory d)
    {
        const int Megabyte = 1 << 20;
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Pwrite("start", 0).Ok();
        fd.Pwrite("end", 8 * Megabyte).Ok();
        long hole = fd.Seek(0, Libc.SEEK_HOLE);
        (hole is > 0 and < 8 * Megabyte).Holds($"hole at {hole}");
        fd.Seek(hole, Libc.SEEK_DATA).Is(8 * Megabyte);
        fd.Seek(8 * Megabyte, Libc.SEEK_HOLE).Is(8 * Megabyte + 3);
        Libc.Lseek(fd, 9 * Megabyte, Libc.SEEK_DATA, out _).Gives(ENXIO);
    }

    [Needs(Need.LargeFiles)]
    public static void BytesBeyond4GiB(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Truncate((5L << 30) + 100).Ok();
        fd.Seek(5L << 30, Libc.SEEK_SET).Is(5L << 30);
        fd.Stat().Size.Is((5L << 30) + 100);
        fd.Pread(10, 5L << 30).Is(new string('\0', 10));
    }

    public static void AppendGoesToTheEnd(CaseDirectory d)
    {
        d.File("file", "0123");
        SafeFd fd = d.Opened("file", O_RDWR | O_APPEND);
        fd.Seek(0, Libc.SEEK_SET).Is(0);
        fd.Write("45").Ok();
        d.Content("file").Is("012345");
        fd.Seek(0, Libc.SEEK_CUR).Is(6);
    }

    public static void TwoAppendersDoNotOverwrite(CaseDirectory d)
    {
        d.File("file");
        SafeFd first = d.Opened("file", O_WRONLY | O_APPEND);
        SafeFd second = d.Opened("file", O_WRONLY | O_APPEND);
        for (int i = 0; i < 5; i++)
        {
            first.Write("a").Ok();
            second.Write("b").Ok();
        }

        d.Content("file").Is("ababababab");
    }

    public static void AppendAfterATruncate(CaseDirectory d)
    {
        d.File("file", "0123456789");
        SafeFd fd = d.Opened("file", O_WRONLY | O_APPEND);
        fd.Write("x").Ok();
        d.Truncate("file", 2).Ok();
        fd.Write("y").Ok();
        d.Content("file").Is("01y");
    }

    public static void WritesOverlap(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Pwrite("aaaaaaaa", 0).Ok();
        fd.Pwrite("bb", 2).Ok();
        fd.Pwrite("ccc", 7).Ok();
        fd.Pread(20, 0).Is("aabbaaaccc");
    }

    public static void TheEndReadsAsNothing(CaseDirectory d)
    {
        d.File("file", "content");
        SafeFd fd = d.Opened("file", O_RDONLY);
        fd.Pread(10, 7).Is("");
        fd.Pread(10, 100).Is("");
        fd.Pread(10, 5).Is("nt");
    }

    public static void EveryDescriptorSeesAWrite(CaseDirectory d)
    {
        d.File("file", "old");
        SafeFd reader = d.Opened("file", O_RDONLY);
        SafeFd writer = d.Opened("file", O_WRONLY);
        reader.Pread(10, 0).Is("old");
        writer.Pwrite("news", 0).Ok();
        reader.Pread(10, 0).Is("news");
        reader.Stat().Size.Is(4);
        d.Stat("file").Size.Is(4);
    }

    public static void APositionOfEachDescriptor(CaseDirectory d)
    {
        d.File("file", "0123456789");
        SafeFd first = d.Opened("file", O_RDONLY);
        SafeFd second = d.Opened("file", O_RDONLY);
        first.TryRead(4, out string text).Ok();
        text.Is("0123");
        second.TryRead(2, out text).Ok();
        text.Is("01");
        first.TryRead(2, out text).Ok();
        text.Is("45");
    }

    public static void AMegabyteReadsBack(CaseDirectory d)
    {
        string text = string.Concat(Enumerable.Range(0, 1 << 17).Select(i => $"{i % 9973:D7}\n"));
        d.File("file", text);
        (d.Content("file") == text).Holds("what was written is read");
        d.Stat("file").Size.Is(1 << 20);
    }

    [Needs(Need.Fallocate)]
    public static void FallocateGrows(CaseDirectory d)
    {
        SafeFd fd = d.Opened("file", O_RDWR | O_CREAT, 600);
        fd.Write("content").Ok();
        Libc.Fallocate(fd, 0, 0, 10_000).Ok();
        fd.Stat().Size.Is(10_000);
        fd.Pread(9, 0).Is("content\0\0");
        Libc.Fallocate(fd, 0, 0, 0).Gives(EINVAL);
    }

    [Needs(Need.CopyFileRange)]
    public static void CopyFileRangeCopies(CaseDirectory d)
    {
        d.File("from", "0123456789");
        SafeFd to = d.Opened("to", O_RDWR | O_CREAT, 600);
        ulong source = 2, target = 0;
        Libc.CopyFileRange(d.Opened("from", O_RDONLY), ref source, to, ref target, 5, out ulong copied).Ok();
        copied.Is(5ul);
        d.Content("to").Is("23456");
    }

    public static void MappedAndWrittenAreOne(CaseDirectory d)
    {
        d.File("file", "content");
        SafeFd fd = d.Opened("file", O_RDWR);
        Syscalls.Mmap(fd, 7, Syscalls.PROT_READ | Syscalls.PROT_WRITE, out nint address).Ok();
        System.Runtime.InteropServices.Marshal.WriteByte(address, (byte)'C');
        Syscalls.Msync(address, 7).Ok();
        Syscalls.Munmap(address, 7).Ok();
        fd.Dispose();
        d.Content("file").Is("Content");
    }

    [Needs(Need.AppenderMappings)]
    public static void APageMappedThroughAnAppenderStaysWhereItIs(CaseDirectory d)
    {
        d.File("file", new string('a', Page));
        SafeFd fd = d.Opened("file", O_RDWR | O_APPEND);
        Syscalls.Mmap(fd, Page, Syscalls.PROT_READ | Syscalls.PROT_WRITE, out nint address).Ok();
        System.Runtime.InteropServices.Marshal.WriteByte(address, (byte)'B');
        Syscalls.Msync(address, Page).Ok();
        Syscalls.Munmap(address, Page).Ok();
        fd.Write("end").Ok();
        fd.Dispose();
        d.Content("file").Is("B" + new string('a', Page - 1) + "end");
    }
}

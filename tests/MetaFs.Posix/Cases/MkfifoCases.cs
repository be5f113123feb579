// mkfifo(3)
namespace MetaFs.Posix.Cases;

internal static class MkfifoCases
{
    [Needs(Need.Fifo)]
    public static void IsAFifo(CaseDirectory d)
    {
        d.Mkfifo("fifo", 640).Ok();
        Status status = d.Stat("fifo");
        (status.Type, status.Mode, status.Size, status.Nlink).Is((FileMode.S_IFIFO, (Mode)640, 0, 1));
        status.Mtime.IsNow();
    }

    [Needs(Need.Fifo)]
    public static void Renames(CaseDirectory d)
    {
        d.Mkfifo("fifo", 640).Ok();
        d.File("file");
        d.Rename("fifo", "file").Ok();
        d.Stat("file").Type.Is(FileMode.S_IFIFO);
        d.Stat("file").Mode.Is(640);
    }

    [Needs(Need.Fifo)]
    public static void CannotBeTruncated(CaseDirectory d)
    {
        d.Mkfifo("fifo", 640).Ok();
        d.Truncate("fifo", 0).Gives(EINVAL);
    }

    [Needs(Need.Fifo)]
    public static void HasNoEntries(CaseDirectory d)
    {
        d.Mkfifo("fifo", 640).Ok();
        d.TryStat("fifo/x", out _).Gives(ENOTDIR);
        d.Open("fifo", O_RDONLY | O_DIRECTORY).Gives(ENOTDIR);
    }
}

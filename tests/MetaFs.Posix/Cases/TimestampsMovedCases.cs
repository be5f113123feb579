// Which calls move atime, mtime and ctime, of a file and of the directory above
namespace MetaFs.Posix.Cases;

internal static class TimestampsMovedCases
{
    // atime below mtime, so that relatime lets a read move it
    private const long OldAtime = 1_000_000_000;
    private const long OldMtime = 2_000_000_000;
    private const string Subject = "d/file";

    /// <summary>What a call moves: a, m, c of the file and of its directory; what is not named must stay.</summary>
    private sealed record Row(string Name, string File, string Above, Action<CaseDirectory> Call, params Need[] Needs)
    {
        /// <summary>Where the file is afterwards.</summary>
        public string After { get; init; } = Subject;
    }

    private static readonly Row[] s_rows =
    [
        new("Chmod", "c", "", d => d.Chmod(Subject, 640).Ok()),
        new("Fchmod", "c", "", d => d.Opened(Subject, O_RDONLY).Chmod(640).Ok()),
        new("Chown", "c", "", d => d.Chown(Subject, d.Me).Ok()),
        new("Utimens", "amc", "", d => d.Utimens(Subject, 11, 22).Ok()),
        new("UtimensOfAtime", "ac", "", d => d.Utimens(Subject, new Timespec(1, 1), Timespec.Omit).Ok()),
        new("Write", "mc", "", d => d.Append(Subject, "more").Ok(), Need.PromptWriteTimes),
        new("Overwrite", "mc", "", d => d.Opened(Subject, O_RDWR).Pwrite("C", 0).Ok(), Need.PromptWriteTimes),
        new("EmptyWrite", "", "", d => d.Append(Subject, "").Ok()),
        new("TruncateShrinks", "mc", "", d => d.Truncate(Subject, 1).Ok()),
        new("TruncateGrows", "mc", "", d => d.Truncate(Subject, 100).Ok()),
        new("FtruncateShrinks", "mc", "", d => d.Opened(Subject, O_RDWR).Truncate(0).Ok()),
        new("OpenTrunc", "mc", "", d => d.Open(Subject, O_WRONLY | O_TRUNC).Ok()),
        new("OpenTruncForReading", "mc", "", d => d.Open(Subject, O_RDONLY | O_TRUNC).Ok()),
        new("Fallocate", "mc", "", Fallocate, Need.Fallocate, Need.PromptServerTimes),
        new("CopyFileRange", "mc", "", CopyInto, Need.CopyFileRange, Need.PromptServerTimes),
        new("MmapWrite", "mc", "", MapAndWrite, Need.PromptWriteTimes),
        new("Setxattr", "c", "", d => d.Opened(Subject, O_RDWR).SetXattr("user.name", "value").Ok(), Need.Xattr),
        new("Read", "a", "", d => d.Content(Subject).Is("content"), Need.Atime),
        new("OpenAndClose", "", "", d => d.Open(Subject, O_RDWR).Ok()),
        new("Access", "", "", d => d.Access(Subject, Libc.R_OK).Ok()),
        new("Fsync", "", "", d => Libc.Fsync(d.Opened(Subject, O_RDWR)).Ok()),
        new("Readdir", "", "a", d => d.Names("d").Length.Is(1), Need.Atime),
        new("Link", "c", "mc", d => d.Link(Subject, "d/link").Ok(), Need.Link, Need.LinkMovesCtime),
        new("LinkElsewhere", "c", "", d => d.Link(Subject, "link").Ok(), Need.Link, Need.LinkMovesCtime),
        new("Rename", "c", "mc", d => d.Rename(Subject, "d/to").Ok(), Need.RenameMovesCtime) { After = "d/to" },
        new("RenameElsewhere", "c", "mc", d => d.Rename(Subject, "to").Ok(), Need.RenameMovesCtime) { After = "to" },
        new("RenameOntoItself", "", "", d => d.Rename(Subject, Subject).Ok()),
        new("Creat", "", "mc", d => d.Open("d/new", O_WRONLY | O_CREAT, 600).Ok()),
        new("CreatOfAnExistingFile", "", "", d => d.Open(Subject, O_WRONLY | O_CREAT, 600).Ok()),
        new("Mkdir", "", "mc", d => d.Mkdir("d/new", 755).Ok()),
        new("Symlink", "", "mc", d => d.Symlink("file", "d/new").Ok(), Need.Symlink),
        new("Mkfifo", "", "mc", d => d.Mkfifo("d/new", 600).Ok(), Need.Fifo),
        new("Mknod", "", "mc", d => d.Mknod("d/new", FileMode.S_IFREG, 600).Ok(), Need.Mknod),
        new("FailedCreat", "", "", d => d.Open(Subject, O_WRONLY | O_CREAT | O_EXCL, 600).Gives(EEXIST)),
        new("FailedMkdir", "", "", d => d.Mkdir(Subject, 755).Gives(EEXIST)),
        new("FailedRmdir", "", "", d => d.Rmdir(Subject).Gives(ENOTDIR)),
        new("FailedUnlink", "", "", d => d.Unlink("d/none").Gives(ENOENT)),
        new("FailedTruncate", "", "", d => d.Truncate(Subject, -1).Gives(EINVAL)),
        new("FailedRename", "", "", d => d.Rename("d/none", Subject).Gives(ENOENT)),
    ];

    public static IEnumerable<Case> Atime() => s_rows.Select(row => new Case(
        $"Atime.{row.Name}",
        [(row.File + row.Above).Contains('a') ? Need.Atime : Need.QuietAtime, .. row.Needs],
        d => Check(d, row, 'a')));

    public static IEnumerable<Case> Mtime() => Times('m', []);

    public static IEnumerable<Case> Ctime() => Times('c', [Need.FineCtime]);

    /// <summary>Rows as a probe, by name and letter.</summary>
    internal static Action<CaseDirectory> Rows(char letter, params string[] names) => d =>
    {
        foreach (string name in names)
        {
            Check(d, s_rows.Single(row => row.Name == name), letter);
            d.Rename("d", $"done-{name}").Ok();
        }
    };

    public static void ByUnlinkOfAnotherName(CaseDirectory d)
    {
        Prepare(d);
        d.File("d/other");
        d.Utimens("d", OldAtime, OldMtime).Ok();
        d.Unlink("d/other").Ok();
        d.Stat("d").Mtime.IsNow();
        d.Stat(Subject).Mtime.Is(OldMtime);
    }

    public static void ByRmdir(CaseDirectory d)
    {
        Prepare(d);
        d.Directory("d/sub");
        d.Utimens("d", OldAtime, OldMtime).Ok();
        d.Rmdir("d/sub").Ok();
        d.Stat("d").Mtime.IsNow();
    }

    [Needs(Need.RenameMovesDirectoryTimes)]
    public static void ByRenameIntoADirectory(CaseDirectory d)
    {
        Prepare(d);
        d.File("outside");
        d.Utimens("d", OldAtime, OldMtime).Ok();
        d.Rename("outside", "d/inside").Ok();
        d.Stat("d").Mtime.IsNow();
    }

    [Needs(Need.Link, Need.FineCtime, Need.LinkMovesCtime)]
    public static void CtimeByUnlinkOfOneOfTwoNames(CaseDirectory d)
    {
        Prepare(d);
        d.Link(Subject, "other").Ok();
        long before = d.Stat(Subject).Ctime;
        d.Tick();
        d.Unlink("other").Ok();
        (d.Stat(Subject).Ctime > before).Holds("ctime moved");
        d.Stat(Subject).Mtime.Is(OldMtime);
    }

    /// <summary>Needs the need because the CIFS client shows now its own clock, now the server's.</summary>
    [Needs(Need.PromptWriteTimes)]
    public static void CtimeNeverGoesBack(CaseDirectory d)
    {
        d.File("file", "content");
        long last = d.Stat("file").Ctime;
        Action[] calls =
        [
            () => d.Chmod("file", 640).Ok(),
            () => d.Utimens("file", 11, 22).Ok(),
            () => d.Append("file", "more").Ok(),
            () => d.Chown("file", d.Me).Ok(),
            () => d.Rename("file", "file").Ok(),
            () => d.Truncate("file", 0).Ok(),
            () => d.Utimens("file", OldMtime, OldMtime).Ok(),
        ];
        foreach (Action call in calls)
        {
            call();
            long now = d.Stat("file").Ctime;
            (now >= last).Holds($"ctime {now} is not before {last}");
            last = now;
        }
    }

    private static IEnumerable<Case> Times(char letter, Need[] needs) => s_rows.Select(row => new Case(
        $"{char.ToUpperInvariant(letter)}time.{row.Name}",
        [.. row.Above.Contains(letter) ? [Need.PromptDirectoryTimes, .. needs] : needs, .. row.Needs],
        d => Check(d, row, letter)));

    private static void Prepare(CaseDirectory d)
    {
        d.Directory("d");
        d.File(Subject, "content");
        d.Tick(); // FUSE reports a close by a RELEASE that nobody waits for, and the CIFS client stamps at it
        d.Utimens(Subject, OldAtime, OldMtime).Ok();
        d.Utimens("d", OldAtime, OldMtime).Ok();
        (d.Stat(Subject).Atime, d.Stat(Subject).Mtime).Is((OldAtime, OldMtime), "times before the call");
    }

    private static void Check(CaseDirectory d, Row row, char letter)
    {
        Prepare(d);
        (Status file, Status above) = (d.Stat(Subject), d.Stat("d"));
        if (letter == 'c')
            d.Tick();
        row.Call(d);
        Compare("the file", file, d.Stat(row.After), letter, row.File);
        Compare("its directory", above, d.Stat("d"), letter, row.Above);
    }

    private static void Compare(string whose, Status before, Status after, char letter, string moved)
    {
        long old = TimeOf(before, letter);
        long now = TimeOf(after, letter);
        if (moved.Contains(letter))
            (now != old).Holds($"{letter}time of {whose} moves from {old}");
        else
            now.Is(old, $"{letter}time of {whose}");
    }

    private static long TimeOf(Status status, char letter) => letter switch
    {
        'a' => status.Atime,
        'm' => status.Mtime,
        _ => status.Ctime,
    };

    private static void Fallocate(CaseDirectory d) =>
        Libc.Fallocate(d.Opened(Subject, O_RDWR), 0, 0, 9000).Ok();

    private static void CopyInto(CaseDirectory d)
    {
        d.File("source", "content");
        ulong from = 0, to = 2;
        SafeFd target = d.Opened(Subject, O_WRONLY);
        Libc.CopyFileRange(d.Opened("source", O_RDONLY), ref from, target, ref to, 3, out _).Ok();
    }

    private static void MapAndWrite(CaseDirectory d)
    {
        SafeFd fd = d.Opened(Subject, O_RDWR);
        Syscalls.Mmap(fd, 7, Syscalls.PROT_READ | Syscalls.PROT_WRITE, out nint address).Ok();
        System.Runtime.InteropServices.Marshal.WriteByte(address, (byte)'C');
        Syscalls.Msync(address, 7).Ok();
        Syscalls.Munmap(address, 7).Ok();
        d.Content(Subject).Is("Content");
        d.Utimens(Subject, Timespec.FromNanoseconds(OldAtime), Timespec.Omit).Ok(); // what the look moved
    }
}

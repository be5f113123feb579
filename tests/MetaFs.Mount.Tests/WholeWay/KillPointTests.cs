using System.Collections.Concurrent;

namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>
/// SIGKILL at every step of every operation that changes something: before each call on the share, each write to the
/// database and each reply. Afterwards nothing is half done, and what was answered with success has happened.
/// </summary>
public sealed class KillPointTests(ITestOutputHelper output) : MountTest(output)
{
    private const long Old = 1_000_000_000_123_456_789;
    private const long Older = 900_000_000_987_654_321;
    private const string Recording = "threads=1,chown=record,chmod=record,utimens=record";
    private const string Emulating = Recording + ",objects=emulate";
    private const string Obeying = "threads=1";
    private const string KeepingOwners = "threads=1,chmod=record";
    private const string Hiding = Recording + ",unlinked=hide";
    private const string ByName = Recording + ",identity=name";

    private static readonly Dictionary<string, Func<string, Errno>> s_operations = new()
    {
        ["chown"] = d => Posix.Chown(d + "/f", 51, 52),
        ["chown a suid file"] = d => Posix.Chown(d + "/s", 0, 0),
        ["chmod"] = d => Posix.Chmod(d + "/f", Oct(4711)),
        ["utimens"] = d => Posix.Utimens(d + "/f", Older, Older),
        ["create"] = d => Identity.Service.Run(() => Made(d + "/n")),
        ["mkdir"] = d => Identity.Service.Run(() => Posix.Mkdir(d + "/n", Oct(751))),
        ["symlink"] = d => Identity.Service.Run(() => Posix.Symlink("f", d + "/n")),
        ["mknod"] = d => Identity.Service.Run(() => Posix.Mknod(d + "/n", Posix.S_IFIFO | Oct(640))),
        ["link"] = d => Posix.Link(d + "/f", d + "/n"),
        ["rename"] = d => Posix.Rename(d + "/f", d + "/d/n"),
        ["replace"] = d => Posix.Rename(d + "/f", d + "/g"),
        ["exchange"] = d => Posix.Rename(d + "/f", d + "/g", Posix.RENAME_EXCHANGE),
        ["move a directory"] = d => Posix.Rename(d + "/d", d + "/moved"),
        ["unlink"] = d => Posix.Unlink(d + "/f"),
        ["unlink an open file"] = d => WhileOpen(d + "/f", () => Posix.Unlink(d + "/f")),
        ["replace an open file"] = d => WhileOpen(d + "/g", () => Posix.Rename(d + "/f", d + "/g")),
        ["unlink a fifo"] = d => Posix.Unlink(d + "/d/p"),
        ["rmdir"] = d => Posix.Rmdir(d + "/e"),
        ["chmod to less than the daemon needs"] = d => Posix.Chmod(d + "/f", Oct(37)),
        ["setfacl"] = d => SetAcl(d + "/f", owner: 6),
        ["setfacl to less than the daemon needs"] = d => SetAcl(d + "/f", owner: 1),
        ["setfacl over another"] = d => SetAcl(d + "/a", owner: 7),
        ["end an ACL"] = d => Posix.Setxattr(d + "/a", AccessAcl.Name, AccessAcl.Of(
            (AccessAcl.UserObj, 6, 0), (AccessAcl.GroupObj, 4, 0), (AccessAcl.Other, 1, 0))),
        ["truncate"] = d => Posix.Truncate(d + "/f", 1),
    };

    private static readonly string[] s_modesAndAcls =
        ["chmod to less than the daemon needs", "setfacl", "setfacl to less than the daemon needs", "setfacl over another", "end an ACL"];

    private static readonly ConcurrentBag<int> s_open = [];

    /// <summary>An operation, mount options, and the faults of a share; null: a directory of this machine.</summary>
    public static TheoryData<string, string, string?> Operations()
    {
        TheoryData<string, string, string?> data = [];
        foreach (string operation in s_operations.Keys)
            data.Add(operation, Recording, null);
        foreach (string operation in (string[])["chown", "chmod", "utimens", "create"])
            data.Add(operation, Obeying, null);
        data.Add("chown a suid file", KeepingOwners, null);
        foreach (string operation in (string[])["unlink an open file", "replace an open file"])
        {
            data.Add(operation, Hiding, null);
            data.Add(operation, Hiding + ",identity=name", null);
        }

        foreach (string operation in (string[])
            ["create", "link", "rename", "replace", "exchange", "move a directory", "unlink", "rmdir"])
        {
            data.Add(operation, ByName, null);
        }

        foreach (string operation in (string[])["symlink", "mknod", "unlink a fifo"])
            data.Add(operation, Emulating, null);

        // Of what is no local file system the daemon keeps access to, whatever mode a file has.
        foreach (string operation in s_modesAndAcls)
        {
            data.Add(operation, Obeying, "lack tmpfile");
            data.Add(operation, Obeying, "lack xattrs");
        }

        return data;
    }

    [RootTheory]
    [Trait("speed", "slow")]
    [MemberData(nameof(Operations))]
    public void AKillAtAnyStepLeavesTheStateOfBeforeOrAfter(string operation, string options, string? fault)
    {
        Workspace workspace = Mine(new Workspace());
        string share = workspace.MakeDirectory("share", 777);
        if (fault is not null)
            Mine(ShareSimProcess.Start(workspace.MakeDirectory("backing", 777), share, "--fault", fault));
        string records = workspace.MakeDirectory("records", 700);
        MountPlan plan = new(share, workspace.MakeDirectory("mnt"), records + "/metafs.db") { Options = options };
        MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        Func<string, Errno> operate = s_operations[operation];

        string rehearsal = Set(mount, "rehearsal");
        Dictionary<string, Entry> before = Entry.Below(rehearsal);
        List<KillPoint> points = Rehearse(mount, records, () => operate(rehearsal));
        Dictionary<string, Entry> after = Entry.Below(rehearsal);
        Assert.NotEqual(Text(before), Text(after));
        CloseAll();

        int killed = 0;
        foreach (KillPoint point in points)
        {
            string directory = Set(mount, $"{point.Call}{point.Nth}");
            Errno errno = OperateAndKill(mount, records, point, () => operate(directory));
            if (mount.HasExited)
            {
                killed++;
                mount.Kill();
                mount = Mine(MetaFsMount.Start(plan));
            }

            CloseAll();

            // What is new is looked at first: no other name of it may help to know it.
            _ = Posix.Lstat(directory + "/n", out _);
            string bare = $"{share}/{point.Call}{point.Nth}";
            Check($"{operation}, {point}, {errno}", errno, before, after, Entry.Below(directory), Entry.Below(bare));
        }

        Output.WriteLine($"{operation}: {killed} kills at {points.Count} points");
        Assert.True(killed >= 2, $"the daemon was killed {killed} times only");
        Assert.Contains(": clean: ", MetaFsProgram.Run(null, "fsck", plan.MountPoint).MustSucceed());
        mount.Unmount();
    }

    // Open also after the daemon's end, so that no close is part of the operation.
    private static Errno WhileOpen(string file, Func<Errno> operate)
    {
        Errno errno = Posix.Open(file, Posix.O_RDONLY, 0, out int fd);
        if (errno != Errno.OK)
            return errno;
        s_open.Add(fd);
        return operate();
    }

    private static void CloseAll()
    {
        while (s_open.TryTake(out int fd))
            _ = Posix.Close(fd);
    }

    private static void Check(
        string what, Errno errno, Dictionary<string, Entry> before, Dictionary<string, Entry> after,
        Dictionary<string, Entry> now, Dictionary<string, Entry> bare)
    {
        if (errno == Errno.OK)
        {
            Assert.Equal($"{what}\n{Text(after)}", $"{what}\n{Text(now)}");
            return;
        }

        // The names are those of one side; each entry is one of a side, or new and not yet its maker's.
        Assert.Contains(string.Join(' ', now.Keys), new[] { string.Join(' ', before.Keys), string.Join(' ', after.Keys) });
        foreach ((string path, Entry entry) in now)
        {
            List<Entry> allowed = [];
            if (before.TryGetValue(path, out Entry? old))
                allowed.Add(old);
            if (after.TryGetValue(path, out Entry? wanted))
                allowed.Add(wanted);

            // suid goes first, and never the other way round.
            if (old is not null && wanted is not null && (old.FullMode & Oct(4000)) != 0)
                allowed.Add(old with { FullMode = wanted.FullMode });
            bool isLink = wanted is { Nlink: 2 } && (wanted.FullMode & Posix.S_IFMT) != Posix.S_IFDIR;
            if (old is null && !isLink)
                allowed.Add(bare[path]);

            // A link is believed by its content alone, before it has a record of whose it is.
            if (old is null && wanted is not null && (wanted.FullMode & Posix.S_IFMT) == Posix.S_IFLNK)
                allowed.Add(wanted with { Owner = bare[path].Owner });
            Assert.True(allowed.Contains(entry), $"{what}: {path} is {entry}, not one of\n{string.Join('\n', allowed)}");
        }
    }

    private static List<KillPoint> Rehearse(MetaFsMount mount, string records, Func<Errno> operate)
    {
        using SystemCallTap tap = SystemCallTap.Attach(mount.Pid, records + "/calls");
        operate().Ok();
        tap.Detach();
        return tap.Points();
    }

    private static Errno OperateAndKill(MetaFsMount mount, string records, KillPoint point, Func<Errno> operate)
    {
        using SystemCallTap tap = SystemCallTap.Attach(mount.Pid, records + "/calls", point);
        return operate();
    }

    /// <summary>The files that all operations start from.</summary>
    private static string Set(MetaFsMount mount, string name)
    {
        string directory = $"{mount.MountPoint}/{name}";
        Posix.Mkdir(directory, Oct(777)).Ok();
        Posix.Chmod(directory, Oct(777)).Ok();
        foreach ((string file, uint owner) in (IEnumerable<(string, uint)>)[("f", 11), ("g", 21), ("s", 61), ("a", 71), ("d/c", 31)])
        {
            if (file.StartsWith('d'))
                Posix.Mkdir(directory + "/d", Oct(755)).Ok();
            Posix.CreateFile($"{directory}/{file}", "text");
            Posix.Chown($"{directory}/{file}", owner, owner + 1).Ok();
            Posix.Chmod($"{directory}/{file}", Oct(640)).Ok();
            Posix.Utimens($"{directory}/{file}", Old, Old + owner).Ok();
        }

        Posix.Chmod(directory + "/s", Oct(4755)).Ok();
        SetAcl(directory + "/a", owner: 6).Ok();
        Posix.Mknod(directory + "/d/p", Posix.S_IFIFO | Oct(640)).Ok();
        Posix.Mkdir(directory + "/e", Oct(700)).Ok();
        Posix.Chown(directory + "/e", 41, 42).Ok();
        return directory;
    }

    private static Errno Made(string path)
    {
        Errno errno = Posix.Open(path, Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL, Oct(604), out int fd);
        if (errno == Errno.OK)
            _ = Posix.Close(fd);
        return errno;
    }

    private static Errno SetAcl(string path, ushort owner) => Posix.Setxattr(path, AccessAcl.Name, AccessAcl.Of(
        (AccessAcl.UserObj, owner, 0), (AccessAcl.User, 3, 1000), (AccessAcl.GroupObj, 5, 0), (AccessAcl.Mask, 7, 0),
        (AccessAcl.Other, owner, 0)));

    private static string Text(Dictionary<string, Entry> entries) =>
        string.Join('\n', entries.Select(entry => $"{entry.Key} {entry.Value}"));

    /// <summary>What a file shows; times of now are not told apart.</summary>
    private sealed record Entry(uint FullMode, string Owner, ulong Size, uint Nlink, long Mtime, string Content, string Acl)
    {
        private const long FirstOfToday = 1_600_000_000_000_000_000;

        public static Dictionary<string, Entry> Below(string directory)
        {
            Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
            foreach (string path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
            {
                FileStatus status = Posix.Stat(path);
                string content = status.Type switch
                {
                    Posix.S_IFREG => File.ReadAllText(path),
                    Posix.S_IFLNK => Posix.Readlink(path),
                    _ => "",
                };
                entries[path[(directory.Length + 1)..]] = new Entry(
                    status.FullMode, status.Owner, status.Type == Posix.S_IFREG ? status.Size : 0, status.Nlink,
                    Math.Min(status.Mtime, FirstOfToday), content, AclOf(path, status));
            }

            return entries;
        }

        private static string AclOf(string path, FileStatus status) =>
            status.Type != Posix.S_IFLNK && Posix.Getxattr(path, AccessAcl.Name, out byte[] acl) == Errno.OK
                ? Convert.ToHexString(acl) : "";
    }
}

using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class RacingRenameTests
{
    private const int Rounds = 2000;

    [Fact]
    public void A_directory_that_is_being_renamed_answers_all_the_while()
    {
        // What a process sees that works in a directory while another one renames it.
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("a");
        Errno[] answers = WhileRenaming(share, () => share.TryGetattr(directory));
        Assert.Equal([Errno.OK], answers);
    }

    [Fact]
    public void A_file_that_is_being_renamed_opens_all_the_while()
    {
        using var share = new ShareUnderTest();
        NodeId file = share.Create("a");
        Errno[] answers = WhileRenaming(share, () =>
        {
            Errno errno = share.Fs.Open(ShareUnderTest.Daemon, file, OpenFlags.O_RDONLY, false, out var open);
            return errno == Errno.OK ? share.Fs.Release(ShareUnderTest.Daemon, file, new FileHandle(open.Fh)) : errno;
        });
        Assert.Equal([Errno.OK], answers);
    }

    [Fact]
    public void What_was_renamed_while_it_was_looked_at_is_known_by_its_name_afterwards()
    {
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("a");
        WhileRenaming(share, () => share.TryGetattr(directory));
        Assert.Equal(Errno.OK, share.TryGetattr(directory));
    }

    [Fact]
    public void A_look_that_a_rename_overtook_gives_a_directory_no_name_back()
    {
        // The kernel asks again for a name that it knows without the directory's lock (fs/fuse/dir.c, fuse_dentry_revalidate).
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("a");
        var lost = new List<Errno>();
        WhileRenaming(share, () => LookAt(share, "a"), () => lost.Add(share.TryGetattr(directory)));
        Assert.DoesNotContain(lost, errno => errno != Errno.OK);
    }

    [Fact]
    public void Nor_does_it_give_a_file_the_name_that_another_one_has_now()
    {
        using var share = new ShareUnderTest();
        NodeId file = share.Create("a");
        share.Create("b");
        for (int i = 0; i < 100; i++)
        {
            WhileRenaming(share, () => LookAt(share, "a") | LookAt(share, "b"), flags: RenameFlags.RENAME_EXCHANGE, rounds: 20);
            share.Link(file, "c");
            share.Unlink("c");
        }
    }

    [Fact]
    public void A_file_below_a_directory_that_moved_elsewhere_is_found_there()
    {
        using var share = ShareUnderTest.WithFewDescriptors();
        NodeId left = share.Mkdir("left");
        NodeId right = share.Mkdir("right");
        NodeId directory = share.Mkdir("d", parent: left);
        NodeId file = share.Create("f", parent: directory);
        for (int i = 0; i < 3; i++)
        {
            share.DropDescriptors();
            share.Rename(left, "d", right, "d");
            Assert.Equal(Errno.OK, share.TryGetattr(file));
            share.Rename(right, "d", left, "d");
            share.DropDescriptors();
            Assert.Equal(Errno.OK, share.TryGetattr(file));
        }
    }

    private static Errno LookAt(ShareUnderTest share, string name)
    {
        Errno errno = share.Fs.Lookup(ShareUnderTest.Daemon, NodeId.Root, Names.Z(name), out FuseEntryOut entry);
        if (errno == Errno.OK)
            share.Fs.Forget(new NodeId(entry.Nodeid), 1);
        return errno;
    }

    /// <summary>All different answers that a look gave while "a" became "b" and "b" became "a".</summary>
    private static Errno[] WhileRenaming(
        ShareUnderTest share, Func<Errno> look, Action? after = null, RenameFlags flags = 0, int rounds = Rounds)
    {
        bool stop = false;
        var answers = new HashSet<Errno>();
        var looking = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                answers.Add(look());
        });
        looking.Start();
        for (int i = 0; i < rounds; i++)
        {
            share.Rename("a", "b", flags);
            after?.Invoke();
            share.Rename("b", "a", flags);
            after?.Invoke();
        }

        Volatile.Write(ref stop, true);
        looking.Join();
        return [.. answers];
    }
}

using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;
using static MetaFs.Passthrough.Tests.Harness.Octal;
using static MetaFs.Passthrough.Tests.Harness.ShareUnderTest;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class AclTests
{
    private const string Access = "system.posix_acl_access";
    private const string Default = "system.posix_acl_default";
    private const string Minimal = "1:7 4:5 32:1";
    private const string Extended = "1:6 2:7:1000 4:0 16:6 32:4";

    [AclTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_acl_that_is_set_sets_the_mode(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        NodeId node = share.Create("f", context: User(1000, 1000));
        share.Chmod(node, Oct(600));
        Assert.Equal(Errno.OK, Set(share, node, Minimal));
        Assert.Equal(FileMode.S_IFREG | Oct(751), share.Getattr(node).Mode);
        Assert.Equal(Errno.OK, Set(share, node, Extended));
        Assert.Equal(FileMode.S_IFREG | Oct(664), share.Getattr(node).Mode);
        Assert.Equal(1000u, share.Getattr(node).Uid);
        share.Remount(recording ? Recording : new PassthroughOptions());
        Assert.Equal(FileMode.S_IFREG | Oct(664), share.Lookup("f").Attr.Mode);
    }

    [AclTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Setting_an_acl_keeps_the_special_bits_that_the_caller_may_keep(bool recording)
    {
        using var share = new ShareUnderTest(recording ? Recording : null);
        NodeId node = share.Create("f");
        share.Chmod(node, Oct(7755));
        Assert.Equal(Errno.OK, Set(share, node, Minimal));
        Assert.Equal(Oct(7751), share.Getattr(node).Mode & Oct(7777));
        Assert.Equal(Errno.OK, Set(share, node, Minimal, killSgid: true));
        Assert.Equal(Oct(5751), share.Getattr(node).Mode & Oct(7777));
    }

    [AclTheory]
    [InlineData("2:7:1000 16:7")]
    [InlineData("1:7")]
    public void An_acl_that_the_share_refuses_as_wrong_changes_nothing(string acl)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId node = share.Create("f", Oct(640), User(1000, 1000));
        Assert.Equal(Errno.EINVAL, Set(share, node, acl));
        Assert.Equal(FileMode.S_IFREG | Oct(640), share.Getattr(node).Mode);
    }

    [AclTheory]
    [InlineData("system.posix_acl_default")]
    [InlineData("user.looks_like_one")]
    public void Other_attributes_of_that_form_set_no_mode(string name)
    {
        using var share = new ShareUnderTest(Recording);
        NodeId directory = share.Mkdir("d", Oct(750), User(1000, 1000));
        share.Fs.Setxattr(Daemon, directory, Names.Z(name), AclBytes.Of(Minimal), 0, false);
        Assert.Equal(FileMode.S_IFDIR | Oct(750), share.Getattr(directory).Mode);
    }

    [AclTheory]
    [InlineData(2000)]
    public void A_default_acl_counts_at_once_whoever_makes_files_without_a_name_meanwhile(int rounds)
    {
        using var share = new ShareUnderTest();
        NodeId directory = share.Mkdir("d");
        bool stop = false;
        var making = new Thread(() =>
        {
            // The kernel takes no lock of the directory for O_TMPFILE (fs/namei.c, vfs_tmpfile).
            var request = new CreateRequest(OpenFlags.O_RDWR, FileMode.S_IFREG | Oct(600), 0, false);
            while (!Volatile.Read(ref stop)
                && share.Fs.Tmpfile(Daemon, directory, request, out FuseEntryOut entry, out FuseOpenOut open) == Errno.OK)
            {
                share.Fs.Release(Daemon, new NodeId(entry.Nodeid), new FileHandle(open.Fh));
                share.Fs.Forget(new NodeId(entry.Nodeid), 1);
            }
        });
        making.Start();
        var request = new CreateRequest(OpenFlags.O_WRONLY | OpenFlags.O_CREAT, FileMode.S_IFREG | Oct(666), Oct(77), false);
        int wrong = 0;
        for (int i = 0; i < rounds; i++)
        {
            share.Fs.Setxattr(Daemon, directory, Names.Z(Default), AclBytes.Of("1:7 4:5 32:0"), 0, false);
            share.Fs.Create(Daemon, directory, Names.Z("f"), request, out FuseEntryOut entry, out FuseOpenOut open);
            wrong += (entry.Attr.Mode & Oct(777)) == Oct(640) ? 0 : 1;
            share.Release(new NodeId(entry.Nodeid), new FileHandle(open.Fh));
            share.Unlink("f", directory);
            share.Fs.Forget(new NodeId(entry.Nodeid), 1);
            share.Fs.Removexattr(Daemon, directory, Names.Z(Default));
        }

        Volatile.Write(ref stop, true);
        making.Join();
        Assert.Equal(0, wrong);
    }

    private static Errno Set(ShareUnderTest share, NodeId node, string acl, bool killSgid = false) =>
        share.Fs.Setxattr(Daemon, node, Names.Z(Access), AclBytes.Of(acl), 0, killSgid);
}

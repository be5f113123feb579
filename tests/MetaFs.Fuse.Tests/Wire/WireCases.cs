// Every opcode's request in the kernel's own byte order, sentinel values in each field so that two swapped ones show.
using MetaFs.Fuse.Tests.Harness;

namespace MetaFs.Fuse.Tests.Wire;

/// <param name="Request">The bytes.</param>
/// <param name="Call">What the file system must be asked; null: nothing.</param>
/// <param name="PayloadLength">Bytes of the reply behind its header; -1: there must be no reply.</param>
internal sealed record WireCase(RequestBytes Request, string? Call, int PayloadLength);

internal static class WireCases
{
    private const int NoReply = -1;
    private const int EntryOut = 128;
    private const int AttrOut = 104;
    private const int OpenOut = 16;

    public static readonly IReadOnlyDictionary<string, WireCase> All =
        Entries().Concat(Attributes()).Concat(Files()).Concat(Directories()).Concat(XattrsAndControl())
            .ToDictionary(pair => pair.Name, pair => pair.Case);

    private static IEnumerable<(string Name, WireCase Case)> Entries()
    {
        yield return ("LOOKUP", new(new RequestBytes(1).Name("na\xffme"), "Lookup 40de 'na\xffme'", EntryOut));
        yield return ("FORGET", new(
            new RequestBytes(2).U64("nlookup", 0x5_0000_0001), "Forget 40de 500000001", NoReply));
        yield return ("BATCH_FORGET", new(
            new RequestBytes(42).U32("count", 1).U32("dummy", 0xDD).U64("nodeid", 0x51).U64("nlookup", 0x61),
            "Forget 51 61",
            NoReply));
        yield return ("READLINK", new(new RequestBytes(5), "Readlink 40de room=4095", 8));
        yield return ("SYMLINK", new(
            new RequestBytes(6).Name("link").Name("to/where"), "Symlink 40de 'link' 'to/where'", EntryOut));
        yield return ("MKNOD", new(
            new RequestBytes(8).U32("mode", 0x21B6).U32("rdev", 0x103).U32("umask", 0x12).U32("padding", 0xDD)
                .Name("null"),
            "Mknod 40de 'null' mode=21b6 rdev=103 umask=12",
            EntryOut));
        yield return ("MKDIR", new(
            new RequestBytes(9).U32("mode", 0x1FF).U32("umask", 0x12).Name("dir"),
            "Mkdir 40de 'dir' mode=1ff umask=12",
            EntryOut));
        yield return ("UNLINK", new(new RequestBytes(10).Name("file"), "Unlink 40de 'file'", 0));
        yield return ("RMDIR", new(new RequestBytes(11).Name("dir"), "Rmdir 40de 'dir'", 0));
        yield return ("RENAME", new(
            new RequestBytes(12).U64("newdir", 0x4E).Name("old").Name("new"),
            "Rename 40de 'old' 4e 'new' flags=0",
            0));
        yield return ("RENAME2", new(
            new RequestBytes(45).U64("newdir", 0x4E).U32("flags", 2).U32("padding", 0xDD).Name("old").Name("new"),
            "Rename 40de 'old' 4e 'new' flags=2",
            0));
        yield return ("LINK", new(
            new RequestBytes(13).U64("oldnodeid", 0x01D).Name("second"), "Link 1d 40de 'second'", EntryOut));
    }

    private static IEnumerable<(string Name, WireCase Case)> Attributes()
    {
        yield return ("GETATTR", new(
            new RequestBytes(3).U32("getattr_flags", 0).U32("dummy", 0xDD).U64("fh", 0xFEED),
            "Getattr 40de no fh",
            AttrOut));
        yield return ("GETATTR of a handle", new(
            new RequestBytes(3).U32("getattr_flags", 1).U32("dummy", 0xDD).U64("fh", 0xFEED),
            "Getattr 40de fh=feed",
            AttrOut));
        yield return ("SETATTR of everything", new(
            Setattr(0x87F),
            "Setattr 40de mode=81a4 uid=71d gid=61d size=512e atime=-1999999999 mtime=5000000006 kill=True fh=feed",
            AttrOut));
        yield return ("SETATTR of times as now", new(
            Setattr(0x1B0), Set(atime: "-1999999999now", mtime: "5000000006now"), AttrOut));
        yield return ("SETATTR of nothing", new(Setattr(0x600), Set(), AttrOut));
        yield return ("SETATTR of the mode", new(Setattr(0x1), Set(mode: "81a4"), AttrOut));
        yield return ("SETATTR of the owner", new(Setattr(0x2), Set(uid: "71d"), AttrOut));
        yield return ("SETATTR of the group", new(Setattr(0x4), Set(gid: "61d"), AttrOut));
        yield return ("SETATTR of the size", new(Setattr(0x8), Set(size: "512e"), AttrOut));
        yield return ("SETATTR of atime", new(Setattr(0x10), Set(atime: "-1999999999"), AttrOut));
        yield return ("SETATTR of mtime", new(Setattr(0x20), Set(mtime: "5000000006"), AttrOut));
        yield return ("SETATTR of mtime as now", new(Setattr(0x120), Set(mtime: "5000000006now"), AttrOut));
        yield return ("STATX", new(
            new RequestBytes(52).U32("getattr_flags", 1).U32("reserved", 0xDD).U64("fh", 0xFEED)
                .U32("sx_flags", 0x2000).U32("sx_mask", 0xFFF),
            "Statx 40de fh=feed flags=2000 mask=fff",
            288));
        yield return ("STATFS", new(new RequestBytes(17), "Statfs 40de", 80));
        yield return ("ACCESS", new(
            new RequestBytes(34).U32("mask", 5).U32("padding", 0xDD), "Access 40de mask=5", 0));
    }

    private static string Set(
        string mode = "", string uid = "", string gid = "", string size = "", string atime = "", string mtime = "") =>
        $"Setattr 40de mode={mode} uid={uid} gid={gid} size={size} atime={atime} mtime={mtime} kill=False no fh";

    private static RequestBytes Setattr(uint valid) => new RequestBytes(4)
        .U32("valid", valid)
        .U32("padding", 0xDD)
        .U64("fh", 0xFEED)
        .U64("size", 0x512E)
        .U64("lock_owner", 0x10C)
        .U64("atime", unchecked((ulong)-2))
        .U64("mtime", 5)
        .U64("ctime", 9)
        .U32("atimensec", 1)
        .U32("mtimensec", 6)
        .U32("ctimensec", 7)
        .U32("mode", 0x81A4)
        .U32("unused4", 0xDD)
        .U32("uid", 0x71D)
        .U32("gid", 0x61D)
        .U32("unused5", 0xDD);

    private static IEnumerable<(string Name, WireCase Case)> Files()
    {
        yield return ("OPEN", new(
            new RequestBytes(14).U32("flags", 0x8402).U32("open_flags", 1), "Open 40de flags=8402 kill=True", OpenOut));
        yield return ("CREATE", new(
            new RequestBytes(35).U32("flags", 0x8241).U32("mode", 0x81B6).U32("umask", 0x12).U32("open_flags", 1)
                .Name("new"),
            "Create 40de 'new' flags=8241 mode=81b6 umask=12 kill=True",
            EntryOut + OpenOut));
        yield return ("TMPFILE", new(
            new RequestBytes(51).U32("flags", 0x8241).U32("mode", 0x81B6).U32("umask", 0x12).U32("open_flags", 0)
                .OptionalFromHere().Name("/"),
            "Tmpfile 40de flags=8241 mode=81b6 umask=12 kill=False",
            EntryOut + OpenOut));
        yield return ("READ", new(Read(15, 0x80), "Read 40de fh=feed offset=123456789 size=80", 0x80));
        yield return ("WRITE", new(
            new RequestBytes(16).U64("fh", 0xFEED).U64("offset", 0x1_2345_6789).U32("size", 4).U32("write_flags", 4)
                .U64("lock_owner", 0x10C).U32("flags", 0x8001).U32("padding", 0xDD).Bytes("data"),
            "Write 40de fh=feed WriteRequest { Offset = 4886718345, Appends = False, KillSuidgid = True } data='data'",
            8));
        yield return ("FLUSH", new(
            new RequestBytes(25).U64("fh", 0xFEED).U32("unused", 0xDD).U32("padding", 0xDD).U64("lock_owner", 0x10C),
            "Flush 40de fh=feed owner=10c",
            0));
        yield return ("RELEASE", new(Release(18), "Release 40de fh=feed", 0));
        yield return ("FSYNC", new(Fsync(20, 0), "Fsync 40de fh=feed data=False", 0));
        yield return ("FSYNC of data", new(Fsync(20, 1), "Fsync 40de fh=feed data=True", 0));
        yield return ("FALLOCATE", new(
            new RequestBytes(43).U64("fh", 0xFEED).U64("offset", 0x0FF5).U64("length", 0x1E47).U32("mode", 3)
                .U32("padding", 0xDD),
            "Fallocate 40de fh=feed offset=ff5 length=1e47 mode=3",
            0));
        yield return ("LSEEK", new(
            new RequestBytes(46).U64("fh", 0xFEED).U64("offset", 0x0FF5).U32("whence", 4).U32("padding", 0xDD),
            "Lseek 40de fh=feed offset=ff5 whence=4",
            8));
        yield return ("COPY_FILE_RANGE", new(
            Copy(47, 0x5_0000_0000),
            "CopyFileRange 40de fh=feed offset=11 2222 fh=f00d offset=33 length=fffff000",
            8));
        yield return ("COPY_FILE_RANGE_64", new(
            Copy(53, 0x5_0000_0000),
            "CopyFileRange 40de fh=feed offset=11 2222 fh=f00d offset=33 length=500000000",
            8));
    }

    private static IEnumerable<(string Name, WireCase Case)> Directories()
    {
        yield return ("OPENDIR", new(
            new RequestBytes(27).U32("flags", 0x18000).U32("open_flags", 0), "Opendir 40de flags=18000", OpenOut));
        yield return ("READDIR", new(Read(28, 4096), "Readdir 40de fh=feed offset=123456789", 32));
        yield return ("READDIRPLUS", new(
            Read(44, 4096), "Readdirplus 40de fh=feed offset=123456789", 160 + 160 + 160 + 160));
        yield return ("RELEASEDIR", new(Release(29), "Releasedir 40de fh=feed", 0));
        yield return ("FSYNCDIR", new(Fsync(30, 1), "Fsyncdir 40de fh=feed data=True", 0));
        yield return ("SYNCFS", new(new RequestBytes(50).U64("padding", 0xDD), "Syncfs 40de", 0));
    }

    private static IEnumerable<(string Name, WireCase Case)> XattrsAndControl()
    {
        yield return ("SETXATTR", new(
            new RequestBytes(21).U32("size", 5).U32("flags", 1).U32("setxattr_flags", 1).U32("padding", 0xDD)
                .Name("user.a/b").Bytes("va\0ue"),
            "Setxattr 40de 'user.a/b' value='va\0ue' flags=1 kill=True",
            0));
        yield return ("GETXATTR", new(
            new RequestBytes(22).U32("size", 0x40).U32("padding", 0xDD).Name("user.a"),
            "Getxattr 40de 'user.a' room=40",
            0x40));
        yield return ("GETXATTR of the size", new(
            new RequestBytes(22).U32("size", 0).U32("padding", 0xDD).Name("user.a"),
            "Getxattr 40de 'user.a' room=0",
            8));
        yield return ("LISTXATTR", new(
            new RequestBytes(23).U32("size", 0x40).U32("padding", 0xDD), "Listxattr 40de room=40", 0x40));
        yield return ("LISTXATTR of the size", new(
            new RequestBytes(23).U32("size", 0).U32("padding", 0xDD), "Listxattr 40de room=0", 8));
        yield return ("REMOVEXATTR", new(new RequestBytes(24).Name("user.a"), "Removexattr 40de 'user.a'", 0));
        yield return ("IOCTL", new(Ioctl(0), "Ioctl 40de fh=feed cmd=80044d01 in='input' out=20", 16 + 0x20));
        yield return ("INTERRUPT", new(new RequestBytes(36).U64("unique", 0x99), null, NoReply));
        yield return ("DESTROY", new(new RequestBytes(38), null, 0));
    }

    public static RequestBytes Ioctl(uint flags) => new RequestBytes(39)
        .U64("fh", 0xFEED).U32("flags", flags).U32("cmd", 0x8004_4D01).U64("arg", 0xA46).U32("in_size", 5)
        .U32("out_size", 0x20).Bytes("input");

    public static RequestBytes Read(uint opcode, uint size) => new RequestBytes(opcode)
        .U64("fh", 0xFEED).U64("offset", 0x1_2345_6789).U32("size", size).U32("read_flags", 2)
        .U64("lock_owner", 0x10C).U32("flags", 0x8000).U32("padding", 0xDD);

    private static RequestBytes Release(uint opcode) => new RequestBytes(opcode)
        .U64("fh", 0xFEED).U32("flags", 0x8000).U32("release_flags", 1).U64("lock_owner", 0x10C);

    private static RequestBytes Fsync(uint opcode, uint flags) => new RequestBytes(opcode)
        .U64("fh", 0xFEED).U32("fsync_flags", flags).U32("padding", 0xDD);

    private static RequestBytes Copy(uint opcode, ulong length) => new RequestBytes(opcode)
        .U64("fh_in", 0xFEED).U64("off_in", 0x11).U64("nodeid_out", 0x2222).U64("fh_out", 0xF00D)
        .U64("off_out", 0x33).U64("len", length).U64("flags", 0);
}

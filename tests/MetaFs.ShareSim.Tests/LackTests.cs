using MetaFs.ShareSim.Tests.Harness;

namespace MetaFs.ShareSim.Tests;

/// <summary>What a share may not have.</summary>
public sealed class LackTests(SimFixture sim) : SimTest(sim)
{
    [RootTheory]
    [InlineData("links", Errno.EPERM)]
    [InlineData("symlinks", Errno.EOPNOTSUPP)]
    [InlineData("special", Errno.EPERM)]
    [InlineData("xattrs", Errno.EOPNOTSUPP)]
    [InlineData("tmpfile", Errno.EOPNOTSUPP)]
    [InlineData("renameflags", Errno.EINVAL)]
    public void WhatIsLackingIsRefusedAsOnRealShares(string feature, Errno errno)
    {
        MakeFile("f");
        Fault($"lack {feature}");
        Func<Errno> use = feature switch
        {
            "links" => () => Sys.Link(At("f"), At("l")),
            "symlinks" => () => Sys.Symlink("f", At("s")),
            "special" => () => Sys.Mknod(At("p"), FileMode.S_IFIFO | 0x180),
            "xattrs" => () => Sys.Setxattr(At("f")),
            "tmpfile" => () => Sys.Tmpfile(At("")),
            _ => () => Sys.Rename(At("f"), At("g"), RenameFlags.RENAME_NOREPLACE),
        };
        Assert.Equal(errno, use());
        Sim.Process.Ctl("clear");
        Assert.Equal(Errno.OK, use());
    }

    [RootFact]
    public void WithoutCaseNamesThatDifferInItAreOne()
    {
        MakeFile("Name");
        Assert.Equal(Errno.ENOENT, Sys.Stat(At("nAME"), out _));
        Fault("lack case");
        Assert.Equal(Sys.Stat(At("Name")).Ino, Sys.Stat(At("nAME")).Ino);
        Assert.Equal(Errno.EEXIST, Sys.Mkdir(At("NAME")));
        Assert.Equal(["Name"], Sys.List(At("")));
        Assert.Equal(Errno.OK, Sys.Unlink(At("name")));
        Assert.Empty(Sys.List(At("")));
    }

    [RootFact]
    public void SocketsAndDevicesCanBeMadeWhereTheyAreNotLacking()
    {
        Assert.Equal(Errno.OK, Sys.Mknod(At("s"), FileMode.S_IFSOCK | 0x180));
        Assert.Equal(Errno.OK, Sys.Mknod(At("c"), FileMode.S_IFCHR | 0x180, DeviceNumber.Make(1, 300)));
        Statx device = Sys.Stat(At("c"));
        Assert.Equal((FileMode.S_IFCHR | 0x180u, 1u, 300u), (device.Mode, device.RdevMajor, device.RdevMinor));
        Assert.Equal(FileMode.S_IFSOCK, FileMode.TypeOf(Sys.Stat(At("s")).Mode));
    }
}

// mknod(2)
namespace MetaFs.Posix.Cases;

internal static class MknodCases
{
    [Needs(Need.Root, Need.Device)]
    public static void CharacterDevicesKeepTheirNumbers(CaseDirectory d)
    {
        foreach ((uint major, uint minor) in ((uint, uint)[])[(1, 3), (255, 255), (4095, 1_048_575)])
            KeepsItsNumber(d, major, minor);
    }

    [Needs(Need.Root, Need.Device, Need.ZeroDevice)]
    public static void ADeviceOfNumberZeroIsOne(CaseDirectory d) => KeepsItsNumber(d, 0, 0);

    [Needs(Need.Root, Need.Device)]
    public static void BlockDevicesKeepTheirNumbers(CaseDirectory d)
    {
        d.Mknod("b", FileMode.S_IFBLK, 660, 7, 200).Ok();
        d.Stat("b").Type.Is(FileMode.S_IFBLK);
        d.Stat("b").Device.Is("7,200");
    }

    [Needs(Need.Root, Need.Device)]
    public static void DevicesAreForRootOnly(CaseDirectory d)
    {
        d.OpenToAll();
        d.As(Users.Owner, () =>
        {
            d.Mknod("c", FileMode.S_IFCHR, 644, 1, 3).Gives(EPERM);
            d.Mknod("b", FileMode.S_IFBLK, 644, 1, 3).Gives(EPERM);
        });
        d.Names().Length.Is(0);
    }

    [Needs(Need.Mknod)]
    public static void OfARegularFile(CaseDirectory d)
    {
        d.Mknod("file", FileMode.S_IFREG, 640).Ok();
        Status status = d.Stat("file");
        (status.Type, status.Mode, status.Size).Is((FileMode.S_IFREG, (Mode)640, 0));
        d.Append("file", "content").Ok();
        d.Content("file").Is("content");
    }

    [Needs(Need.Mknod)]
    public static void WithoutATypeIsARegularFile(CaseDirectory d)
    {
        d.Mknod("file", 0, 600).Ok();
        d.Stat("file").Type.Is(FileMode.S_IFREG);
    }

    public static void OfADirectoryIsEPERM(CaseDirectory d)
    {
        d.Mknod("d", FileMode.S_IFDIR, 755).Gives(EPERM);
        d.Exists("d").Is(false);
    }

    [Needs(Need.Socket)]
    public static void OfASocket(CaseDirectory d)
    {
        d.Mknod("socket", FileMode.S_IFSOCK, 640).Ok();
        d.Stat("socket").Type.Is(FileMode.S_IFSOCK);
        d.Stat("socket").Mode.Is(640);
    }

    private static void KeepsItsNumber(CaseDirectory d, uint major, uint minor)
    {
        d.Mknod($"c{major}", FileMode.S_IFCHR, 640, major, minor).Ok();
        d.Stat($"c{major}").Type.Is(FileMode.S_IFCHR);
        d.Stat($"c{major}").Device.Is($"{major},{minor}");
        d.Stat($"c{major}").Mode.Is(640);
    }
}

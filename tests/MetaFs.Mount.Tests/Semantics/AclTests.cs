namespace MetaFs.Mount.Tests.Semantics;

/// <summary>
/// cp -p and sed -i set a mode by writing an access ACL (system.posix_acl_access), so that has to mean what chmod means.
/// </summary>
public sealed class AclTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private const string AccessAcl = "system.posix_acl_access";
    private const ushort UserObj = 1, User = 2, GroupObj = 4, Mask = 0x10, Other = 0x20;

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AMinimalAclIsAChmod(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chmod(venue["f"], Oct(4600)).Ok();
        Errno errno = Posix.Setxattr(venue["f"], AccessAcl, Acl((UserObj, 7, 0), (GroupObj, 5, 0), (Other, 1, 0)));
        if (errno == Errno.EOPNOTSUPP)
            Posix.Chmod(venue["f"], Oct(4751)).Ok(); // what cp does then
        else
            errno.Ok();
        Assert.Equal(Oct(4751), Posix.Stat(venue["f"]).Mode);
        Assert.NotEqual(Errno.OK, Posix.Getxattr(venue["f"], AccessAcl, out _)); // a minimal one is the mode itself
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AnAclWithAMaskChangesTheGroupBits(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], mode: 640);
        byte[] acl = Acl((UserObj, 6, 0), (User, 6, 1000), (GroupObj, 4, 0), (Mask, 6, 0), (Other, 0, 0));
        Errno errno = Posix.Setxattr(venue["f"], AccessAcl, acl);
        if (errno == Errno.OK)
            Assert.Equal(Oct(660), Posix.Stat(venue["f"]).Mode);
        else
            Assert.Equal((Errno.EOPNOTSUPP, Oct(640)), (errno, Posix.Stat(venue["f"]).Mode)); // the share has no ACLs
    });

    [RootTheory]
    [MemberData(nameof(Places.ForEverybody), MemberType = typeof(Places))]
    public void OnlyTheOwnerMaySetOne(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chmod(venue["f"], Oct(666)).Ok();
        byte[] acl = Acl((UserObj, 7, 0), (GroupObj, 7, 0), (Other, 7, 0));
        Identity.Service.Run(() => Assert.Contains(Posix.Setxattr(venue["f"], AccessAcl, acl),
            (Errno[])[Errno.EPERM, Errno.EOPNOTSUPP]));
        Assert.Equal(Oct(666), Posix.Stat(venue["f"]).Mode);
    });

    /// <summary>Version 2 of the kernel's form: tag, permissions and id of each entry.</summary>
    private static byte[] Acl(params (ushort Tag, ushort Permissions, uint Id)[] entries)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write(2u);
        foreach ((ushort tag, ushort permissions, uint id) in entries)
        {
            writer.Write(tag);
            writer.Write(permissions);
            writer.Write(tag == User ? id : uint.MaxValue);
        }

        return bytes.ToArray();
    }
}

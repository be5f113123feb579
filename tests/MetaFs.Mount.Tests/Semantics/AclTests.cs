namespace MetaFs.Mount.Tests.Semantics;

/// <summary>
/// cp -p and sed -i set a mode by writing an access ACL (system.posix_acl_access), so that has to mean what chmod means.
/// </summary>
public sealed class AclTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AMinimalAclIsAChmod(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"]);
        Posix.Chmod(venue["f"], Oct(4600)).Ok();
        Errno errno = Posix.Setxattr(venue["f"], AccessAcl.Name, AccessAcl.Of((AccessAcl.UserObj, 7, 0), (AccessAcl.GroupObj, 5, 0), (AccessAcl.Other, 1, 0)));
        if (errno == Errno.EOPNOTSUPP)
            Posix.Chmod(venue["f"], Oct(4751)).Ok(); // what cp does then
        else
            errno.Ok();
        Assert.Equal(Oct(4751), Posix.Stat(venue["f"]).Mode);
        Assert.NotEqual(Errno.OK, Posix.Getxattr(venue["f"], AccessAcl.Name, out _)); // a minimal one is the mode itself
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AnAclWithAMaskChangesTheGroupBits(Place place) => In(place, venue =>
    {
        Posix.CreateFile(venue["f"], mode: 640);
        byte[] acl = AccessAcl.Of((AccessAcl.UserObj, 6, 0), (AccessAcl.User, 6, 1000), (AccessAcl.GroupObj, 4, 0), (AccessAcl.Mask, 6, 0), (AccessAcl.Other, 0, 0));
        Errno errno = Posix.Setxattr(venue["f"], AccessAcl.Name, acl);
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
        byte[] acl = AccessAcl.Of((AccessAcl.UserObj, 7, 0), (AccessAcl.GroupObj, 7, 0), (AccessAcl.Other, 7, 0));
        Identity.Service.Run(() => Assert.Contains(Posix.Setxattr(venue["f"], AccessAcl.Name, acl),
            (Errno[])[Errno.EPERM, Errno.EOPNOTSUPP]));
        Assert.Equal(Oct(666), Posix.Stat(venue["f"]).Mode);
    });
}

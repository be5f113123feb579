// getxattr(2), setxattr(2), listxattr(2), removexattr(2) of user attributes
namespace MetaFs.Posix.Cases;

internal static class XattrCases
{
    private const string Name = "user.metafs-posix";

    [Needs(Need.Xattr)]
    public static void ReadsBack(CaseDirectory d)
    {
        SafeFd fd = New(d);
        foreach (string value in (string[])["value", "\0\xFF\n", new string('v', 200)])
        {
            fd.SetXattr(Name, value).Ok();
            fd.GetXattr(Name, out string shown).Ok();
            shown.Is(value);
        }
    }

    [Needs(Need.Xattr, Need.EmptyXattr)]
    public static void EmptyReadsBack(CaseDirectory d)
    {
        SafeFd fd = New(d);
        fd.SetXattr(Name, "").Ok();
        fd.GetXattr(Name, out string shown).Ok();
        shown.Is("");
    }

    [Needs(Need.Xattr, Need.XattrFlags)]
    public static void CreateAndReplace(CaseDirectory d)
    {
        SafeFd fd = New(d);
        fd.SetXattr(Name, "value", Libc.XATTR_REPLACE).Gives(ENODATA);
        fd.SetXattr(Name, "value", Libc.XATTR_CREATE).Ok();
        fd.SetXattr(Name, "other", Libc.XATTR_CREATE).Gives(EEXIST);
        fd.SetXattr(Name, "other", Libc.XATTR_REPLACE).Ok();
        fd.GetXattr(Name, out string value).Ok();
        value.Is("other");
    }

    [Needs(Need.Xattr)]
    public static void Removes(CaseDirectory d)
    {
        SafeFd fd = New(d);
        CString name = CString.FromTerminated(CaseDirectory.Terminated(Name));
        Libc.Fremovexattr(fd, name).Gives(ENODATA);
        fd.SetXattr(Name, "value").Ok();
        Libc.Fremovexattr(fd, name).Ok();
        fd.GetXattr(Name, out _).Gives(ENODATA);
    }

    [Needs(Need.Xattr)]
    public static void Lists(CaseDirectory d)
    {
        SafeFd fd = New(d);
        fd.SetXattr("user.a", "1").Ok();
        fd.SetXattr("user.b", "2").Ok();
        byte[] buffer = new byte[1000];
        Libc.Flistxattr(fd, buffer, out int size).Ok();
        string[] names = [.. System.Text.Encoding.Latin1.GetString(buffer, 0, size).Split('\0')
            .Where(one => one.StartsWith("user.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string.Join(' ', names).Is("user.a user.b");
    }

    [Needs(Need.Xattr)]
    public static void TooSmallABufferIsERANGE(CaseDirectory d)
    {
        SafeFd fd = New(d);
        fd.SetXattr(Name, "value").Ok();
        fd.GetXattr(Name, out _, size: 2).Gives(ERANGE);
    }

    [Needs(Need.Xattr)]
    public static void StayWithTheFile(CaseDirectory d)
    {
        SafeFd fd = New(d);
        fd.SetXattr(Name, "value").Ok();
        d.Rename("file", "renamed").Ok();
        d.Chmod("renamed", 640).Ok();
        d.Opened("renamed", O_RDONLY).GetXattr(Name, out string value).Ok();
        value.Is("value");
    }

    [Needs(Need.Xattr, Need.Root)]
    public static void NeedThePermissionsOfData(CaseDirectory d)
    {
        d.FileOf(Users.Owner, "file", 644);
        SafeFd fd = d.Opened("file", O_RDWR);
        fd.SetXattr(Name, "value").Ok();
        d.As(Users.Other, () =>
        {
            fd.SetXattr(Name, "other").Gives(EACCES);
            fd.GetXattr(Name, out string value).Ok();
            value.Is("value");
        });
        d.Chmod("file", 600).Ok();
        d.As(Users.Other, () => fd.GetXattr(Name, out _).Gives(EACCES));
    }

    [Needs(Need.Xattr)]
    public static void OfADirectory(CaseDirectory d)
    {
        d.Directory("d");
        SafeFd fd = d.Opened("d", O_RDONLY | O_DIRECTORY);
        fd.SetXattr(Name, "value").Ok();
        fd.GetXattr(Name, out string value).Ok();
        value.Is("value");
    }

    private static SafeFd New(CaseDirectory d) => d.Opened("file", O_RDWR | O_CREAT, 600);
}

namespace MetaFs.Mount.Tests.Harness;

/// <summary>The error numbers that these tests name; others print as numbers.</summary>
public enum Errno
{
    OK = 0,
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    EIO = 5,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    ENXIO = 6,
    ENOTTY = 25,
    ENOSPC = 28,
    EROFS = 30,
    EMLINK = 31,
    ERANGE = 34,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    ELOOP = 40,
    ENODATA = 61,
    EOPNOTSUPP = 95,
    ENOTCONN = 107,
    ETIMEDOUT = 110,
    EHOSTDOWN = 112,
    ESTALE = 116,
    EDQUOT = 122,
}

internal static class ErrnoAssertions
{
    /// <summary>Fails the test unless the call answered 0.</summary>
    public static void Ok(this Errno errno) => Assert.Equal(Errno.OK, errno);
}

// setfsuid(2), setfsgid(2), setgroups(2) of one thread: the raw calls, since glibc's setgroups speaks for all threads
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>The identity by which the kernel judges this thread's file system calls.</summary>
/// <remarks>
/// credentials(7): identities belong to threads; nptl(7): only glibc's wrappers make them the process's. With an fsuid other
/// than 0 the kernel takes CAP_DAC_OVERRIDE, CAP_CHOWN, CAP_FOWNER and their like from the effective set, and gives them back
/// with fsuid 0 (capabilities(7)).
/// </remarks>
public static partial class ThreadCredentials
{
    private static readonly bool s_isArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static int SYS_setfsuid => s_isArm64 ? 151 : 122;

    private static int SYS_setfsgid => s_isArm64 ? 152 : 123;

    private static int SYS_setgroups => s_isArm64 ? 159 : 116;

    /// <summary>Makes this thread act as somebody.</summary>
    /// <param name="uid">The fsuid; set last, since it takes the right to set the others.</param>
    /// <param name="gid">The fsgid.</param>
    /// <param name="groups">Supplementary groups.</param>
    /// <returns>OK; EPERM: this thread may not; then it may be anybody in between and must be restored.</returns>
    public static Errno Assume(uint uid, uint gid, ReadOnlySpan<uint> groups)
    {
        if (setgroups(SYS_setgroups, groups.Length, in MemoryMarshal.GetReference(groups)) != 0)
            return (Errno)Marshal.GetLastPInvokeError();
        SetFsgid(gid);
        SetFsuid(uid);

        // setfsuid(2) reports no error; an impossible id changes nothing and answers what is set.
        return SetFsuid(uint.MaxValue) == uid && SetFsgid(uint.MaxValue) == gid ? Errno.OK : Errno.EPERM;
    }

    /// <summary>Makes this thread act as root without supplementary groups again.</summary>
    /// <returns>OK; EPERM: the thread is stuck with another identity, and must not serve anybody any more.</returns>
    public static Errno Restore()
    {
        SetFsuid(0);
        return Assume(0, 0, []);
    }

    private static uint SetFsuid(uint uid) => (uint)set(SYS_setfsuid, uid);

    private static uint SetFsgid(uint gid) => (uint)set(SYS_setfsgid, gid);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint set(nint number, nuint id);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint setgroups(nint number, nint count, ref readonly uint groups);
}

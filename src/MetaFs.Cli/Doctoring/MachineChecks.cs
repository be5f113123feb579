// What a machine needs before anything can be mounted.
using System.Globalization;
using MetaFs.Linux;
using MetaFs.Overlay;
using FileMode = MetaFs.Linux.FileMode;

namespace MetaFs.Cli.Doctoring;

/// <summary>Kernel, device, helper programs, libraries, limits.</summary>
/// <param name="root">Where the machine's files are; "" but for tests.</param>
/// <param name="isRoot">Whether root asks: others mount by fusermount3.</param>
internal sealed class MachineChecks(string root, bool isRoot)
{
    // FUSE protocol 7.31, without which a mount is refused; and FUSE_PASSTHROUGH.
    private static readonly Version s_oldestKernel = new(5, 4);
    private static readonly Version s_passthroughKernel = new(6, 9);

    private const ulong FewFiles = 4096;
    private const uint AnyExecute = 0x49;

    public IEnumerable<Diagnosis> Run()
    {
        yield return Kernel(ReadLine("/proc/sys/kernel/osrelease") ?? "");
        yield return Device();
        yield return IoUring();
        yield return Privilege();
        yield return Fusermount();
        yield return AllowOther();
        yield return MountHelper();
        yield return Sqlite(SqliteNative.Library, SqliteNative.Version);
        yield return OpenFiles();
    }

    /// <summary>A file's permission bits and type; 0 where there is none.</summary>
    internal static uint ModeOf(string path) =>
        Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(path)), 0, StatxMask.STATX_MODE,
            out Statx stat) == Errno.OK
            ? stat.Mode
            : 0;

    internal static Diagnosis Kernel(string release)
    {
        const string name = "kernel";
        string numbers = string.Concat(release.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.'));
        if (!Version.TryParse(numbers.TrimEnd('.'), out Version? version))
            return Diagnosis.Warn(name, $"'{release}' is no version that is known", "Linux 5.4 or newer is needed");
        if (version < s_oldestKernel)
            return Diagnosis.Fail(name, $"{release} is too old", "Linux 5.4 or newer is needed (FUSE protocol 7.31)");
        return version < s_passthroughKernel
            ? Diagnosis.Warn(
                name, $"{release}: reads and writes go through the daemon",
                "nothing has to be done; Linux 6.9 and newer read and write by themselves, for root's mounts")
            : Diagnosis.Ok(name, $"{release}, with passthrough for root's mounts");
    }

    internal static Diagnosis Sqlite(string library, string version) => library.StartsWith("lib", StringComparison.Ordinal)
        ? Diagnosis.Ok("sqlite", $"{version}, the system's {library}")
        : Diagnosis.Warn(
            "sqlite", $"{version}, {library}: gets no fixes from the system", "install the package libsqlite3-0");

    /// <summary>No fault where it is off: everything works, only slower.</summary>
    internal Diagnosis IoUring()
    {
        const string parameter = "/sys/module/fuse/parameters/enable_uring";
        return Diagnosis.Ok("io_uring", ReadLine(parameter) switch
        {
            null => "not in this kernel for FUSE (6.14): requests come from /dev/fuse",
            "Y" => "on: requests are answered on the processor of their program",
            _ => $"off: requests come from /dev/fuse; echo Y > {parameter} makes them cheaper, for mounts from then on",
        });
    }

    internal Diagnosis Fusermount()
    {
        const string name = "fusermount3";
        string? program = Find("fusermount3", "/usr/bin", "/bin", "/usr/local/bin");
        if (program is null)
        {
            const string cure = "install the package fuse3";
            return isRoot
                ? Diagnosis.Warn(name, "not found: nobody but root can mount", cure)
                : Diagnosis.Fail(name, "not found: nobody but root can mount", cure);
        }

        if ((ModeOf(root + program) & FileMode.S_ISUID) != 0)
            return Diagnosis.Ok(name, $"{program}, set-user-ID");
        string detail = $"{program} is not set-user-ID: nobody but root can mount";
        return isRoot
            ? Diagnosis.Warn(name, detail, $"chmod u+s {program}")
            : Diagnosis.Fail(name, detail, $"as root: chmod u+s {program}");
    }

    internal Diagnosis AllowOther()
    {
        const string name = "user_allow_other";
        string file = root + "/etc/fuse.conf";
        bool isSet = File.Exists(file) && File.ReadLines(file).Any(static l => l.Trim() == "user_allow_other");
        if (isSet)
            return Diagnosis.Ok(name, "set in /etc/fuse.conf: users may let others into their mounts");
        const string detail = "not set in /etc/fuse.conf";
        return isRoot
            ? Diagnosis.Ok(name, $"{detail}; only users who mount with allow_other need it")
            : Diagnosis.Warn(
                name, $"{detail}: you cannot mount with allow_other", "as root: echo user_allow_other >> /etc/fuse.conf");
    }

    private Diagnosis Device()
    {
        const string name = "/dev/fuse";
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(ByteText.ToTerminated(root + name)), OpenFlags.O_RDWR, 0,
            out SafeFd device);
        device.Dispose();
        return errno switch
        {
            Errno.OK => Diagnosis.Ok(name, "can be opened"),
            Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => Diagnosis.Fail(
                name, $"{errno} ({ErrnoText.Describe(errno)})",
                "modprobe fuse; in a container: start it with --device /dev/fuse"),
            Errno.EPERM => Diagnosis.Fail(
                name, "EPERM: the container does not allow it",
                "start the container with --device /dev/fuse --cap-add SYS_ADMIN"),
            _ => Diagnosis.Fail(name, $"{errno} ({ErrnoText.Describe(errno)})", "as root: chmod 666 /dev/fuse"),
        };
    }

    private Diagnosis Privilege()
    {
        const string name = "privilege";
        if (!isRoot)
            return Diagnosis.Ok(name, "a user's: mounts are private, by fusermount3");
        return Capabilities.Has(Capabilities.CAP_SYS_ADMIN)
            ? Diagnosis.Ok(name, "root's, with CAP_SYS_ADMIN")
            : Diagnosis.Fail(
                name, "root without CAP_SYS_ADMIN cannot mount", "start the container with --cap-add SYS_ADMIN");
    }

    // mount(8) looks for its helpers in these places only.
    private Diagnosis MountHelper()
    {
        string? helper = Find("mount.metafs", "/sbin", "/usr/sbin") ?? Find("mount.fuse3", "/sbin", "/usr/sbin");
        return helper is null
            ? Diagnosis.Warn(
                "mount helper", "neither mount.metafs nor mount.fuse3: mount(8) and fstab do not know MetaFs",
                "install the package fuse3, or MetaFs by its own package")
            : Diagnosis.Ok("mount helper", helper);
    }

    private static Diagnosis OpenFiles()
    {
        const string name = "open files";
        Errno errno = Libc.Getrlimit(Libc.RLIMIT_NOFILE, out _, out ulong hard);
        if (errno != Errno.OK)
            return Diagnosis.Warn(name, $"the limit cannot be read: {errno}", "look at: ulimit -Hn");
        string limit = hard == ulong.MaxValue ? "unlimited" : hard.ToString("N0", CultureInfo.InvariantCulture);
        return hard < FewFiles
            ? Diagnosis.Warn(name, $"at most {limit}: programs may run out of them", "raise it: LimitNOFILE= or limits.conf(5)")
            : Diagnosis.Ok(name, $"at most {limit}");
    }

    private string? Find(string program, params string[] directories)
    {
        foreach (string directory in directories)
        {
            string path = $"{directory}/{program}";
            if ((ModeOf(root + path) & AnyExecute) != 0)
                return path;
        }

        return null;
    }

    private string? ReadLine(string path)
    {
        try
        {
            return File.ReadLines(root + path).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Cli.Mounting;

/// <summary>The mount that this process serves, known by its mount id: a path may come to mean another mount.</summary>
internal sealed class LiveMount
{
    private readonly string _mountPoint;
    private readonly ILogger _log;
    private readonly MountEntry? _entry;

    /// <summary>To be made right after mounting.</summary>
    public LiveMount(string mountPoint, ILogger log)
    {
        _mountPoint = mountPoint;
        _log = log;
        byte[] path = Encoding.UTF8.GetBytes(mountPoint);
        _entry = MountInfo.Read().LastOrDefault(e => e.Type == MountPlaces.FileSystemType && IsAt(e, path));
    }

    /// <summary>Takes the mount out of the tree; lazily if it is in use. Harmless if it is gone.</summary>
    /// <returns>Whether it is gone from the tree now.</returns>
    public bool Detach()
    {
        IReadOnlyList<MountEntry> mounts = MountInfo.Read();
        if (_entry is not null && !mounts.Any(IsThis))
            return true;

        // umount2(2) takes the topmost mount of a path. That must be this one.
        if (_entry is not null && mounts.Any(e => e.Parent == _entry.Id && IsAt(e, _entry.MountPoint)))
        {
            CliLog.Covered(_log, _mountPoint);
            return false;
        }

        Errno errno = FuseMounter.Unmount(_mountPoint, lazy: false);
        if (errno == Errno.EBUSY)
        {
            errno = FuseMounter.Unmount(_mountPoint, lazy: true);
            if (errno == Errno.OK)
                CliLog.Detached(_log, _mountPoint);
        }

        if (errno == Errno.OK || !MountInfo.Read().Any(IsThis))
            return true;
        if (_log.IsEnabled(LogLevel.Error))
            CliLog.UnmountFailed(_log, _mountPoint, errno, ErrnoText.Describe(errno));
        return false;
    }

    private static bool IsAt(MountEntry entry, ReadOnlySpan<byte> path) =>
        entry.MountPoint.AsSpan().SequenceEqual(path);

    private bool IsThis(MountEntry other) => _entry is not null && other.Id == _entry.Id && other.Dev == _entry.Dev;
}

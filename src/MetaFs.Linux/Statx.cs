// struct statx: the one stat layout that is the same on every architecture.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>struct statx, statx(2).</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public struct Statx
{
#pragma warning disable CS1591 // C names; statx(2) has the rest.
    public const ulong STATX_ATTR_COMPRESSED = 0x4;
    public const ulong STATX_ATTR_IMMUTABLE = 0x10;
    public const ulong STATX_ATTR_APPEND = 0x20;
    public const ulong STATX_ATTR_NODUMP = 0x40;
    public const ulong STATX_ATTR_ENCRYPTED = 0x800;
    public const ulong STATX_ATTR_AUTOMOUNT = 0x1000;
    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;
#pragma warning restore CS1591

    private uint _mask;
    private uint _blksize;
    private ulong _attributes;
    private uint _nlink;
    private uint _uid;
    private uint _gid;
    private ushort _mode;
    private readonly ushort _spare;
    private ulong _ino;
    private ulong _size;
    private ulong _blocks;
    private ulong _attributesMask;
    private StatxTimestamp _atime;
    private StatxTimestamp _btime;
    private StatxTimestamp _ctime;
    private StatxTimestamp _mtime;
    private uint _rdevMajor;
    private uint _rdevMinor;
    private uint _devMajor;
    private uint _devMinor;
    private ulong _mntId;

    /// <summary>What the filesystem filled in.</summary>
    public StatxMask Mask { readonly get => (StatxMask)_mask; init => _mask = (uint)value; }

    /// <summary>File type and permission bits.</summary>
    public uint Mode { readonly get => _mode; init => _mode = (ushort)value; }

    /// <summary>Inode number.</summary>
    public ulong Ino { readonly get => _ino; init => _ino = value; }

    /// <summary>Number of names.</summary>
    public uint Nlink { readonly get => _nlink; init => _nlink = value; }

    /// <summary>Owner.</summary>
    public uint Uid { readonly get => _uid; init => _uid = value; }

    /// <summary>Group.</summary>
    public uint Gid { readonly get => _gid; init => _gid = value; }

    /// <summary>Size in bytes.</summary>
    public ulong Size { readonly get => _size; init => _size = value; }

    /// <summary>Allocated blocks of 512 bytes.</summary>
    public ulong Blocks { readonly get => _blocks; init => _blocks = value; }

    /// <summary>Preferred size of reads and writes, bytes.</summary>
    public uint BlockSize { readonly get => _blksize; init => _blksize = value; }

    /// <summary>STATX_ATTR_* bits.</summary>
    public ulong Attributes { readonly get => _attributes; init => _attributes = value; }

    /// <summary>Whether chattr(1) keeps the inode as it is, for root too: its owner, mode, times and attributes.</summary>
    public readonly bool IsImmutableOrAppend => (_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;

    /// <summary>The STATX_ATTR_* bits the filesystem knows about.</summary>
    public ulong AttributesMask { readonly get => _attributesMask; init => _attributesMask = value; }

    /// <summary>Last access, ns since the epoch.</summary>
    public long AtimeNs { readonly get => _atime.ToNanoseconds(); init => _atime = new StatxTimestamp(value); }

    /// <summary>Last change of the content, ns since the epoch.</summary>
    public long MtimeNs { readonly get => _mtime.ToNanoseconds(); init => _mtime = new StatxTimestamp(value); }

    /// <summary>Last change of the inode, ns since the epoch.</summary>
    public long CtimeNs { readonly get => _ctime.ToNanoseconds(); init => _ctime = new StatxTimestamp(value); }

    /// <summary>Creation, ns since the epoch; see <see cref="HasBtime"/>.</summary>
    public long BtimeNs { readonly get => _btime.ToNanoseconds(); init => _btime = new StatxTimestamp(value); }

    /// <summary>Whether the filesystem knows the creation time.</summary>
    public readonly bool HasBtime => (Mask & StatxMask.STATX_BTIME) != 0;

    /// <summary>Major number of the device the file is on.</summary>
    public uint DevMajor { readonly get => _devMajor; init => _devMajor = value; }

    /// <summary>Minor number of the device the file is on.</summary>
    public uint DevMinor { readonly get => _devMinor; init => _devMinor = value; }

    /// <summary>The device the file is on, as makedev(3) has it.</summary>
    public readonly ulong Dev => DeviceNumber.Make(_devMajor, _devMinor);

    /// <summary>Major number, for device files.</summary>
    public uint RdevMajor { readonly get => _rdevMajor; init => _rdevMajor = value; }

    /// <summary>Minor number, for device files.</summary>
    public uint RdevMinor { readonly get => _rdevMinor; init => _rdevMinor = value; }

    /// <summary>The device of a device file in the kernel's 32-bit form, as fuse_attr.rdev has it.</summary>
    public readonly uint Rdev => DeviceNumber.Encode(_rdevMajor, _rdevMinor);

    /// <summary>The mount the file was reached by, as /proc/self/mountinfo numbers it; since Linux 5.8.</summary>
    public ulong MntId { readonly get => _mntId; init => _mntId = value; }

    /// <summary>struct statx_timestamp.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private readonly struct StatxTimestamp
    {
        private readonly long _sec;
        private readonly uint _nsec;

        public StatxTimestamp(long ns)
        {
            Timespec time = Timespec.FromNanoseconds(ns);
            _sec = time.Sec;
            _nsec = (uint)time.Nsec;
        }

        public long ToNanoseconds() => new Timespec(_sec, _nsec).ToNanoseconds();
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MetaFs.Linux;
using Microsoft.Extensions.Logging;

namespace MetaFs.Passthrough.Shares;

/// <summary>The inode numbers of an SMB server, also after its client has stopped showing them.</summary>
/// <remarks>
/// A client that meets one directory by two names, because another host has renamed it or because the server ignores case,
/// numbers inodes itself from then on, until the share is mounted anew (fs/smb/client/inode.c, cifs_iget and
/// cifs_autodisable_serverino), and no longer says "serverino" in mountinfo. Records under its numbers would be lost with
/// them. The server still tells its own: FileInternalInformation (MS-FSCC 2.4.22), by an ioctl of the client, 0.5 ms each.
/// </remarks>
internal sealed class ServerNumbers
{
    // _IOWR(0xCF, 7, struct smb_query_info), fs/smb/client/cifs_ioctl.h.
    private const ulong CIFS_QUERY_INFO = 0xC018CF07;

    // ms. A look at mountinfo takes as long as a few system calls, so a number may be taken for the server's for so long.
    private const long CheckEvery = 100;

    // Some 5 MiB.
    private const int MostKept = 50_000;

    private static readonly OpenFlags s_open = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOFOLLOW;

    private readonly ulong _mount;
    private readonly ILogger _log;

    // By what the client shows: its number stays as long as it knows the inode, and the creation time tells a later use.
    private readonly ConcurrentDictionary<(ulong Ino, long BirthTime), ulong> _known = new();
    private volatile bool _areLost;
    private long _checkedAt = Environment.TickCount64 - CheckEvery;

    /// <param name="mount">The share's mount, as statx(2) numbers it.</param>
    /// <param name="log">Where to say so when they are lost.</param>
    public ServerNumbers(ulong mount, ILogger log)
    {
        _mount = mount;
        _log = log;
    }

    /// <summary>Whether the client's numbers are its own by now.</summary>
    public bool AreLost => _areLost || (Environment.TickCount64 - Volatile.Read(ref _checkedAt) >= CheckEvery && AreFoundLost());

    /// <summary>Looks now whether they have been lost since the last look.</summary>
    /// <returns>True once: what was looked at before may have a number of the client's.</returns>
    public bool AreFoundLost()
    {
        if (_areLost)
            return false;
        Volatile.Write(ref _checkedAt, Environment.TickCount64);
        if (MountInfo.Find(_mount) is not { } mount || FileSystemFacts.Of(mount).StableInodes)
            return false;
        lock (_known)
        {
            if (_areLost)
                return false;
            _areLost = true;
        }

        PassthroughLog.NumbersLost(_log);
        return true;
    }

    /// <summary>Puts the server's number in the place of the client's.</summary>
    /// <param name="directory">A directory.</param>
    /// <param name="name">What was looked at in it.</param>
    /// <param name="stat">What the client shows.</param>
    /// <returns>OK; ESTALE: the name leads to another file by now; EIO: the server does not tell.</returns>
    public Errno Settle(SafeFd directory, CString name, ref Statx stat)
    {
        if (!IsToSettle(stat) || IsKnown(ref stat))
            return Errno.OK;
        Errno errno = Libc.Openat(directory, name, s_open, 0, out SafeFd fd);
        using (fd)
            return errno == Errno.OK ? Ask(fd, ref stat) : errno;
    }

    /// <summary>The same for what is open, if by O_PATH alone.</summary>
    public Errno Settle(SafeFd file, ref Statx stat)
    {
        if (!IsToSettle(stat) || IsKnown(ref stat))
            return Errno.OK;
        Errno errno = Libc.Reopen(file, s_open, out SafeFd fd);
        using (fd)
            return errno == Errno.OK ? Ask(fd, ref stat) : errno;
    }

    /// <summary>Asks an SMB server for a file's number.</summary>
    /// <param name="fd">The file, open for reading.</param>
    /// <param name="number">Its number there.</param>
    /// <returns>OK; ENOTTY, EOPNOTSUPP and others: none is told.</returns>
    public static Errno Ask(SafeFd fd, out ulong number)
    {
        const uint file = 1; // SMB2_O_INFO_FILE
        const uint internalInformation = 6;
        var query = new SmbQueryInfo { InfoType = file, Class = internalInformation, AnswerLength = sizeof(ulong) };
        Errno errno = Libc.Ioctl(fd, CIFS_QUERY_INFO, ref query);
        number = query.Answer;
        return errno == Errno.OK && query.AnswerLength != sizeof(ulong) ? Errno.EIO : errno;
    }

    // Links and special files cannot be opened; a record of theirs has its guard.
    private bool IsToSettle(in Statx stat) =>
        FileMode.TypeOf(stat.Mode) is FileMode.S_IFREG or FileMode.S_IFDIR && AreLost;

    private bool IsKnown(ref Statx stat)
    {
        if (!_known.TryGetValue((stat.Ino, stat.BtimeNs), out ulong number))
            return false;
        stat = stat with { Ino = number };
        return true;
    }

    private Errno Ask(SafeFd fd, ref Statx stat)
    {
        Errno errno = Libc.Fstatx(fd, ShareVolume.Mask, out Statx opened);
        if (errno != Errno.OK)
            return errno;
        if ((opened.Ino, opened.BtimeNs) != (stat.Ino, stat.BtimeNs))
            return Errno.ESTALE;
        if (Ask(fd, out ulong number) != Errno.OK)
            return Errno.EIO;
        if (_known.Count >= MostKept)
            _known.Clear();
        _known[(stat.Ino, stat.BtimeNs)] = number;
        stat = stat with { Ino = number };
        return Errno.OK;
    }

    /// <summary>struct smb_query_info and the answer behind it.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct SmbQueryInfo
    {
        public uint InfoType;
        public uint Class;
        public uint AdditionalInformation;
        public uint Flags;

        /// <summary>input_buffer_length: there is room for so much, then there is so much.</summary>
        public uint AnswerLength;

        /// <summary>output_buffer_length: of what is sent along.</summary>
        public uint QuestionLength;
        public ulong Answer;
    }
}

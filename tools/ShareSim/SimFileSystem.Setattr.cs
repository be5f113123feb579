using System.Globalization;
using MetaFs.Fuse;
using MetaFs.Fuse.Abi;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Setattr(
        in RequestContext context, NodeId node, in SetattrRequest request, out FuseAttrOut attr)
    {
        attr = default;
        SimNode file = _nodes.Get(node);
        Errno errno = Errno.OK;
        if (request.Size is { } size)
            errno = Truncate(file, size, request.Handle);
        if (errno == Errno.OK && (request.Uid is not null || request.Gid is not null))
            errno = Chown(file, request.Uid, request.Gid);
        if (errno == Errno.OK && request.Mode is { } mode)
            errno = Chmod(file, FileMode.PermissionsOf(mode));
        if (errno == Errno.OK && (request.Atime is not null || request.Mtime is not null) && !IsOfTruncation(request))
            errno = Utimens(file, request.Atime, request.Mtime);
        Statx stat = default;
        if (errno == Errno.OK)
            errno = Libc.Fstatx(file.Fd, Looks, out stat);
        if (errno == Errno.OK)
            attr = AttrOf(file, _shown.Of(file, stat));
        return errno;
    }

    // ftruncate(2) asks for mtime as well, which truncation moves by itself (fs/open.c, do_truncate).
    private static bool IsOfTruncation(in SetattrRequest request) =>
        request.Size is not null && request.Atime is null or { Now: true } && request.Mtime is null or { Now: true };

    private Errno Truncate(SimNode file, ulong size, FileHandle? handle)
    {
        PassedCall call = _gate.Enter(
            Call.Truncate, file.Path, null, string.Create(CultureInfo.InvariantCulture, $"size={size}"));
        if (call.IsRefused)
            return call.Refuse();
        if (handle is { } open)
            return call.Answer(Libc.Ftruncate(FdOf(open), size));
        Errno errno = Libc.Reopen(file.Fd, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK, out SafeFd fd);
        if (errno != Errno.OK)
            return call.Answer(errno);
        using (fd)
            return call.Answer(Libc.Ftruncate(fd, size));
    }

    private Errno Chown(SimNode file, uint? uid, uint? gid)
    {
        PassedCall call = _gate.Enter(Call.Chown, file.Path, null, Detail("uid", uid) + Detail("gid", gid));
        if (call.IsRefused)
            return call.Refuse();
        return call.Answer(call.IsIgnored
            ? Errno.OK
            : Libc.Fchownat(
                file.Fd, CString.Empty, uid ?? uint.MaxValue, gid ?? uint.MaxValue, AtFlags.AT_EMPTY_PATH));
    }

    private Errno Chmod(SimNode file, uint mode)
    {
        PassedCall call = _gate.Enter(Call.Chmod, file.Path, null, $"mode=0{Convert.ToString(mode, 8)}");
        if (call.IsRefused)
            return call.Refuse();
        return call.Answer(call.IsIgnored ? Errno.OK : Libc.Fchmod(file.Fd, mode));
    }

    private Errno Utimens(SimNode file, TimeRequest? atime, TimeRequest? mtime)
    {
        string path = file.Path;
        PassedCall call = _gate.Enter(Call.Utimens, path, null, Detail("atime", atime) + Detail("mtime", mtime));
        if (call.IsRefused)
            return call.Refuse();
        if (call.IsIgnored)
            return call.Answer(Errno.OK);
        Errno errno = Libc.Utimensat(
            file.Fd, CString.Empty, ToTimespec(atime, path), ToTimespec(mtime, path), AtFlags.AT_EMPTY_PATH);

        // A time that was set is not stamped over, as on CIFS.
        if (errno == Errno.OK && mtime is not null)
            _nodes.SetStampDue(file, false);
        return call.Answer(errno);
    }

    private Timespec ToTimespec(TimeRequest? request, string path) => request switch
    {
        null => Timespec.Omit,
        { Now: true } => Timespec.Now,
        { Nanoseconds: var nanoseconds } => Timespec.FromNanoseconds(_shown.ToBacking(nanoseconds, path)),
    };

    private static string Detail(string name, uint? id) =>
        id is { } value ? string.Create(CultureInfo.InvariantCulture, $"{name}={value} ") : "";

    private static string Detail(string name, TimeRequest? time) => time switch
    {
        null => "",
        { Now: true } => $"{name}=now ",
        { Nanoseconds: var nanoseconds } => $"{name}={Timespec.FromNanoseconds(nanoseconds)} ",
    };
}

// Whether a caller may search a directory, where the kernel has not been asked: a name inside a control call.
using System.Buffers;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Overlay;
using MetaFs.Passthrough.Attributes;
using MetaFs.Passthrough.Callers;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Passthrough;

public sealed partial class PassthroughFileSystem
{
    private const uint Search = 1;

    /// <summary>The step from an open directory to a name, judged as fs/namei.c (acl_permission_check) does for fstatat(2).</summary>
    /// <remarks>
    /// The way to the directory was the kernel's to judge, when the caller opened it. Of capabilities a request says no more
    /// than uid 0, and groups are those that can be known (<see cref="CallerGroups"/>).
    /// </remarks>
    private Errno MaySearch(in RequestContext context, Node directory)
    {
        if (context.Uid == 0 || _options.MounterIsRoot || _options.NoPerm)
            return Errno.OK;
        Errno errno = StatNode(directory, out Statx stat);
        if (errno != Errno.OK)
            return errno;
        EffectiveAttributes shown = Effective(directory, ref stat);
        if (context.Uid == shown.Uid)
            return Granted(shown.Mode >> 6);

        Span<uint> groups = stackalloc uint[CallerGroups.Most + 1];
        groups[0] = context.Gid;
        groups = groups[..(1 + CallerGroups.Read(context.Pid, context.Uid, groups[1..]))];

        // Without bits for the group there is no ACL that gives anybody anything: they are its mask.
        if ((shown.Mode & FileMode.S_IRWXG) != 0)
        {
            errno = SearchByAcl(context.Uid, groups, directory, shown.Gid, out bool isJudged);
            if (isJudged)
                return errno;
        }

        return Granted(groups.Contains(shown.Gid) ? shown.Mode >> 3 : shown.Mode);
    }

    private Errno SearchByAcl(uint uid, ReadOnlySpan<uint> groups, Node directory, uint owningGroup, out bool isJudged)
    {
        byte[] acl = ArrayPool<byte>.Shared.Rent(PosixAcl.LargestSize);
        try
        {
            Errno errno = GetAcl(directory, XattrKinds.AccessAcl, XattrName.AccessAcl, acl, out int size);
            isJudged = errno is not (Errno.ENODATA or Errno.EOPNOTSUPP);
            if (errno != Errno.OK)
                return errno;
            return PosixAcl.Lets(acl.AsSpan(0, size), uid, groups, owningGroup, Search) ? Errno.OK : Errno.EACCES;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(acl);
        }
    }

    private static Errno Granted(uint permissions) => (permissions & Search) != 0 ? Errno.OK : Errno.EACCES;
}

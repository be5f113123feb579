// What a reply gave away and the kernel did not take (its caller was killed, or the connection is going): lookups and
// handles that no FORGET and no RELEASE will ever come for.
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestDispatcher
{
    private Errno TakeBack(ref FuseRequest request, ReadOnlySpan<byte> payload)
    {
        var reply = new RequestReader(payload);
        switch (request.Opcode)
        {
            case FuseOpcode.FUSE_LOOKUP or FuseOpcode.FUSE_MKNOD or FuseOpcode.FUSE_MKDIR or FuseOpcode.FUSE_SYMLINK
                or FuseOpcode.FUSE_LINK when reply.TryRead(out FuseEntryOut entry):
                ForgetEntry(in entry);
                break;

            case FuseOpcode.FUSE_CREATE or FuseOpcode.FUSE_TMPFILE
                when reply.TryRead(out FuseEntryOut entry) && reply.TryRead(out FuseOpenOut open):
                _ = _fileSystem.Release(in request.Context, new NodeId(entry.Nodeid), new FileHandle(open.Fh));
                ForgetEntry(in entry);
                break;

            case FuseOpcode.FUSE_OPEN when reply.TryRead(out FuseOpenOut open):
                _ = _fileSystem.Release(in request.Context, request.Node, new FileHandle(open.Fh));
                break;

            case FuseOpcode.FUSE_OPENDIR when reply.TryRead(out FuseOpenOut open):
                _ = _fileSystem.Releasedir(in request.Context, request.Node, new FileHandle(open.Fh));
                break;

            case FuseOpcode.FUSE_READDIRPLUS:
                ForgetListing(ref reply);
                break;
        }
        return Errno.OK;
    }

    private void ForgetListing(ref RequestReader listing)
    {
        while (listing.TryRead(out FuseDirentplus entry))
        {
            uint padded = (entry.Dirent.Namelen + 7) & ~7u;
            if (!listing.TryReadBytes(padded, out ReadOnlySpan<byte> name))
                return;
            name = name[..(int)entry.Dirent.Namelen];
            // The kernel counts no lookup for these two, whatever node they name (fuse_direntplus_link).
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                ForgetEntry(in entry.EntryOut);
        }
    }

    // Nodeid 0 is no lookup: a cached "no such name", or a listed name without attributes.
    private void ForgetEntry(in FuseEntryOut entry)
    {
        if (entry.Nodeid != 0)
            _fileSystem.Forget(new NodeId(entry.Nodeid), 1);
    }
}

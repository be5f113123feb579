// What the trace shows of each opcode's arguments and results. Bytes that are not there are not shown.
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Dispatch;

internal sealed partial class RequestTracer
{
    private void AppendArguments(FuseOpcode opcode, ref RequestReader arguments)
    {
        switch (opcode)
        {
            case FuseOpcode.FUSE_LOOKUP or FuseOpcode.FUSE_UNLINK or FuseOpcode.FUSE_RMDIR
                or FuseOpcode.FUSE_REMOVEXATTR:
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_RENAME when arguments.TryRead(out FuseRenameIn rename):
                AppendRename(rename.Newdir, 0, ref arguments);
                break;
            case FuseOpcode.FUSE_RENAME2 when arguments.TryRead(out FuseRename2In rename):
                AppendRename(rename.Newdir, rename.Flags, ref arguments);
                break;
            case FuseOpcode.FUSE_SETXATTR:
                AppendSetxattr(ref arguments);
                break;
            case FuseOpcode.FUSE_GETXATTR when arguments.TryRead(out FuseGetxattrIn getxattr):
                _line.Append($" size={getxattr.Size}");
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_LISTXATTR when arguments.TryRead(out FuseGetxattrIn listxattr):
                _line.Append($" size={listxattr.Size}");
                break;
            case FuseOpcode.FUSE_SETATTR when arguments.TryRead(out FuseSetattrIn setattr):
                AppendSetattr(in setattr);
                break;
            case FuseOpcode.FUSE_STATX when arguments.TryRead(out FuseStatxIn statx):
                _line.Append($" flags=0x{statx.SxFlags:x} mask=0x{statx.SxMask:x}");
                break;
            case FuseOpcode.FUSE_ACCESS when arguments.TryRead(out FuseAccessIn access):
                _line.Append($" mask={access.Mask}");
                break;
            default:
                AppendMaking(opcode, ref arguments);
                AppendHandle(opcode, ref arguments);
                AppendControl(opcode, ref arguments);
                break;
        }
    }

    private void AppendMaking(FuseOpcode opcode, ref RequestReader arguments)
    {
        switch (opcode)
        {
            case FuseOpcode.FUSE_SYMLINK:
                AppendName(ref arguments);
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_MKDIR when arguments.TryRead(out FuseMkdirIn mkdir):
                AppendMode("mode", mkdir.Mode);
                AppendMode("umask", mkdir.Umask);
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_MKNOD when arguments.TryRead(out FuseMknodIn mknod):
                AppendMode("mode", mknod.Mode);
                AppendMode("umask", mknod.Umask);
                _line.Append($" rdev=0x{mknod.Rdev:x}");
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_CREATE or FuseOpcode.FUSE_TMPFILE when arguments.TryRead(out FuseCreateIn create):
                _line.Append($" flags=0x{create.Flags:x}");
                AppendMode("mode", create.Mode);
                AppendMode("umask", create.Umask);
                AppendName(ref arguments);
                break;
            case FuseOpcode.FUSE_LINK when arguments.TryRead(out FuseLinkIn link):
                _line.Append($" node={link.Oldnodeid}");
                AppendName(ref arguments);
                break;
        }
    }

    private void AppendHandle(FuseOpcode opcode, ref RequestReader arguments)
    {
        switch (opcode)
        {
            case FuseOpcode.FUSE_OPEN or FuseOpcode.FUSE_OPENDIR when arguments.TryRead(out FuseOpenIn open):
                _line.Append($" flags=0x{open.Flags:x}");
                break;
            case FuseOpcode.FUSE_READ or FuseOpcode.FUSE_READDIR or FuseOpcode.FUSE_READDIRPLUS
                when arguments.TryRead(out FuseReadIn read):
                _line.Append($" fh={read.Fh} offset={read.Offset} size={read.Size}");
                break;
            case FuseOpcode.FUSE_WRITE when arguments.TryRead(out FuseWriteIn write):
                _line.Append($" fh={write.Fh} offset={write.Offset} size={write.Size}");
                _line.Append($" flags=0x{(uint)write.WriteFlags:x}");
                break;
            case FuseOpcode.FUSE_FALLOCATE when arguments.TryRead(out FuseFallocateIn fallocate):
                _line.Append($" fh={fallocate.Fh} offset={fallocate.Offset} length={fallocate.Length}");
                _line.Append($" mode=0x{fallocate.Mode:x}");
                break;
            case FuseOpcode.FUSE_LSEEK when arguments.TryRead(out FuseLseekIn lseek):
                _line.Append($" fh={lseek.Fh} offset={lseek.Offset} whence={lseek.Whence}");
                break;
            case FuseOpcode.FUSE_COPY_FILE_RANGE or FuseOpcode.FUSE_COPY_FILE_RANGE_64
                when arguments.TryRead(out FuseCopyFileRangeIn copy):
                _line.Append($" fh={copy.FhIn} offset={copy.OffIn} node={copy.NodeidOut} fh={copy.FhOut}");
                _line.Append($" offset={copy.OffOut} length={copy.Len}");
                break;
            case FuseOpcode.FUSE_IOCTL when arguments.TryRead(out FuseIoctlIn ioctl):
                _line.Append($" fh={ioctl.Fh} cmd=0x{ioctl.Cmd:x} in={ioctl.InSize} out={ioctl.OutSize}");
                break;
            case FuseOpcode.FUSE_FLUSH or FuseOpcode.FUSE_RELEASE or FuseOpcode.FUSE_RELEASEDIR
                or FuseOpcode.FUSE_FSYNC or FuseOpcode.FUSE_FSYNCDIR when arguments.TryRead(out ulong handle):
                _line.Append($" fh={handle}");
                break;
        }
    }

    private void AppendControl(FuseOpcode opcode, ref RequestReader arguments)
    {
        switch (opcode)
        {
            case FuseOpcode.FUSE_INIT when arguments.TryRead(FuseConnection.ShortInitIn, out FuseInitIn init):
                _line.Append($" {init.Major}.{init.Minor} flags=0x{init.Flags:x}");
                break;
            case FuseOpcode.FUSE_FORGET when arguments.TryRead(out FuseForgetIn forget):
                _line.Append($" nlookup={forget.Nlookup}");
                break;
            case FuseOpcode.FUSE_BATCH_FORGET when arguments.TryRead(out FuseBatchForgetIn batch):
                _line.Append($" count={batch.Count}");
                break;
            case FuseOpcode.FUSE_INTERRUPT when arguments.TryRead(out FuseInterruptIn interrupt):
                _line.Append($" unique={interrupt.Unique}");
                break;
        }
    }

    private void AppendRename(ulong newParent, uint flags, ref RequestReader arguments)
    {
        AppendName(ref arguments);
        _line.Append($" to={newParent}");
        AppendName(ref arguments);
        if (flags != 0)
            _line.Append($" flags=0x{flags:x}");
    }

    private void AppendSetxattr(ref RequestReader arguments)
    {
        if (!arguments.TryRead(_connection.SetxattrInSize, out FuseSetxattrIn setxattr))
            return;
        _line.Append($" size={setxattr.Size} flags={setxattr.Flags}");
        AppendName(ref arguments);
    }

    private void AppendSetattr(in FuseSetattrIn setattr)
    {
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_MODE))
            AppendMode("mode", setattr.Mode);
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_UID))
            _line.Append($" uid={setattr.Uid}");
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_GID))
            _line.Append($" gid={setattr.Gid}");
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_SIZE))
            _line.Append($" size={setattr.Size}");
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_ATIME))
            AppendTime("atime", setattr.Atime, setattr.Atimensec);
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_MTIME))
            AppendTime("mtime", setattr.Mtime, setattr.Mtimensec);
        if (setattr.Valid.HasFlag(FuseSetattrValid.FATTR_FH))
            _line.Append($" fh={setattr.Fh}");
        _line.Append($" valid=0x{(uint)setattr.Valid:x}");
    }

    private void AppendResult(FuseOpcode opcode, RequestReader payload)
    {
        switch (opcode)
        {
            case FuseOpcode.FUSE_LOOKUP or FuseOpcode.FUSE_MKNOD or FuseOpcode.FUSE_MKDIR or FuseOpcode.FUSE_SYMLINK
                or FuseOpcode.FUSE_LINK or FuseOpcode.FUSE_CREATE or FuseOpcode.FUSE_TMPFILE
                when payload.TryRead(out FuseEntryOut entry):
                _line.Append($" node={entry.Nodeid}");
                AppendAttr(in entry.Attr);
                if (payload.TryRead(out FuseOpenOut created))
                    AppendOpen(in created);
                break;
            case FuseOpcode.FUSE_OPEN or FuseOpcode.FUSE_OPENDIR when payload.TryRead(out FuseOpenOut open):
                AppendOpen(in open);
                break;
            case FuseOpcode.FUSE_GETATTR or FuseOpcode.FUSE_SETATTR when payload.TryRead(out FuseAttrOut attr):
                AppendAttr(in attr.Attr);
                break;
            case FuseOpcode.FUSE_WRITE or FuseOpcode.FUSE_COPY_FILE_RANGE
                when payload.TryRead(out FuseWriteOut write):
                _line.Append($" size={write.Size}");
                break;
            case FuseOpcode.FUSE_LSEEK when payload.TryRead(out FuseLseekOut lseek):
                _line.Append($" offset={lseek.Offset}");
                break;
            case FuseOpcode.FUSE_READLINK:
                AppendQuoted(payload.Rest);
                break;
            case FuseOpcode.FUSE_INIT when payload.TryRead(out FuseInitOut init):
                _line.Append($" {init.Major}.{init.Minor} flags=0x{init.Flags:x} flags2=0x{init.Flags2:x}");
                break;
        }
    }

    private void AppendOpen(in FuseOpenOut open)
    {
        _line.Append($" fh={open.Fh} flags=0x{(uint)open.OpenFlags:x}");
        if (open.OpenFlags.HasFlag(FuseOpenOutFlags.FOPEN_PASSTHROUGH))
            _line.Append($" backing={open.BackingId}");
    }
}

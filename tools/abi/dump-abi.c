/*
 * Prints the layout of the FUSE protocol as a kernel header has it: sizes and offsets of every struct and the value of
 * every constant that src/MetaFs.Fuse/Abi writes out in C#. The test MetaFs.Fuse.Tests.Abi compares the two.
 *
 * To regenerate, with the header of the protocol's version at any path:
 *   cc -DHEADER='"/usr/include/linux/fuse.h"' -o dump-abi tools/abi/dump-abi.c
 *   ./dump-abi > tests/MetaFs.Fuse.Tests/abi-7.45.txt
 */
#ifndef HEADER
#error "say which header: -DHEADER='\"/path/to/fuse.h\"'"
#endif

#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include HEADER

#define STRUCT(s) printf("struct " #s " 0 %zu\n", sizeof(struct s))
#define FIELD(s, f) printf("field " #s "." #f " %zu %zu\n", offsetof(struct s, f), sizeof(((struct s *)0)->f))
/* 1 << 31 is a negative int: its bit pattern is meant. */
#define CONSTANT(c) \
	printf("constant " #c " %llu\n", sizeof(c) == 4 ? (unsigned long long)(unsigned int)(c) : (unsigned long long)(c))

static void structs(void)
{
	STRUCT(fuse_in_header);
	FIELD(fuse_in_header, len); FIELD(fuse_in_header, opcode); FIELD(fuse_in_header, unique);
	FIELD(fuse_in_header, nodeid); FIELD(fuse_in_header, uid); FIELD(fuse_in_header, gid);
	FIELD(fuse_in_header, pid); FIELD(fuse_in_header, total_extlen); FIELD(fuse_in_header, padding);
	STRUCT(fuse_out_header);
	FIELD(fuse_out_header, len); FIELD(fuse_out_header, error); FIELD(fuse_out_header, unique);
	STRUCT(fuse_init_in);
	FIELD(fuse_init_in, major); FIELD(fuse_init_in, minor); FIELD(fuse_init_in, max_readahead);
	FIELD(fuse_init_in, flags); FIELD(fuse_init_in, flags2); FIELD(fuse_init_in, unused);
	STRUCT(fuse_init_out);
	FIELD(fuse_init_out, major); FIELD(fuse_init_out, minor); FIELD(fuse_init_out, max_readahead);
	FIELD(fuse_init_out, flags); FIELD(fuse_init_out, max_background);
	FIELD(fuse_init_out, congestion_threshold); FIELD(fuse_init_out, max_write);
	FIELD(fuse_init_out, time_gran); FIELD(fuse_init_out, max_pages); FIELD(fuse_init_out, map_alignment);
	FIELD(fuse_init_out, flags2); FIELD(fuse_init_out, max_stack_depth);
	FIELD(fuse_init_out, request_timeout); FIELD(fuse_init_out, unused);
	STRUCT(fuse_attr);
	FIELD(fuse_attr, ino); FIELD(fuse_attr, size); FIELD(fuse_attr, blocks); FIELD(fuse_attr, atime);
	FIELD(fuse_attr, mtime); FIELD(fuse_attr, ctime); FIELD(fuse_attr, atimensec);
	FIELD(fuse_attr, mtimensec); FIELD(fuse_attr, ctimensec); FIELD(fuse_attr, mode);
	FIELD(fuse_attr, nlink); FIELD(fuse_attr, uid); FIELD(fuse_attr, gid); FIELD(fuse_attr, rdev);
	FIELD(fuse_attr, blksize); FIELD(fuse_attr, flags);
	STRUCT(fuse_getattr_in);
	FIELD(fuse_getattr_in, getattr_flags); FIELD(fuse_getattr_in, dummy); FIELD(fuse_getattr_in, fh);
	STRUCT(fuse_attr_out);
	FIELD(fuse_attr_out, attr_valid); FIELD(fuse_attr_out, attr_valid_nsec); FIELD(fuse_attr_out, dummy);
	FIELD(fuse_attr_out, attr);
	STRUCT(fuse_sx_time);
	FIELD(fuse_sx_time, tv_sec); FIELD(fuse_sx_time, tv_nsec); FIELD(fuse_sx_time, __reserved);
	STRUCT(fuse_statx);
	FIELD(fuse_statx, mask); FIELD(fuse_statx, blksize); FIELD(fuse_statx, attributes);
	FIELD(fuse_statx, nlink); FIELD(fuse_statx, uid); FIELD(fuse_statx, gid); FIELD(fuse_statx, mode);
	FIELD(fuse_statx, __spare0); FIELD(fuse_statx, ino); FIELD(fuse_statx, size); FIELD(fuse_statx, blocks);
	FIELD(fuse_statx, attributes_mask); FIELD(fuse_statx, atime); FIELD(fuse_statx, btime);
	FIELD(fuse_statx, ctime); FIELD(fuse_statx, mtime); FIELD(fuse_statx, rdev_major);
	FIELD(fuse_statx, rdev_minor); FIELD(fuse_statx, dev_major); FIELD(fuse_statx, dev_minor);
	FIELD(fuse_statx, __spare2);
	STRUCT(fuse_statx_in);
	FIELD(fuse_statx_in, getattr_flags); FIELD(fuse_statx_in, reserved); FIELD(fuse_statx_in, fh);
	FIELD(fuse_statx_in, sx_flags); FIELD(fuse_statx_in, sx_mask);
	STRUCT(fuse_statx_out);
	FIELD(fuse_statx_out, attr_valid); FIELD(fuse_statx_out, attr_valid_nsec); FIELD(fuse_statx_out, flags);
	FIELD(fuse_statx_out, spare); FIELD(fuse_statx_out, stat);
	STRUCT(fuse_entry_out);
	FIELD(fuse_entry_out, nodeid); FIELD(fuse_entry_out, generation); FIELD(fuse_entry_out, entry_valid);
	FIELD(fuse_entry_out, attr_valid); FIELD(fuse_entry_out, entry_valid_nsec);
	FIELD(fuse_entry_out, attr_valid_nsec); FIELD(fuse_entry_out, attr);
	STRUCT(fuse_mknod_in);
	FIELD(fuse_mknod_in, mode); FIELD(fuse_mknod_in, rdev); FIELD(fuse_mknod_in, umask);
	FIELD(fuse_mknod_in, padding);
	STRUCT(fuse_mkdir_in);
	FIELD(fuse_mkdir_in, mode); FIELD(fuse_mkdir_in, umask);
	STRUCT(fuse_rename_in);
	FIELD(fuse_rename_in, newdir);
	STRUCT(fuse_rename2_in);
	FIELD(fuse_rename2_in, newdir); FIELD(fuse_rename2_in, flags); FIELD(fuse_rename2_in, padding);
	STRUCT(fuse_link_in);
	FIELD(fuse_link_in, oldnodeid);
	STRUCT(fuse_access_in);
	FIELD(fuse_access_in, mask); FIELD(fuse_access_in, padding);
	STRUCT(fuse_forget_in);
	FIELD(fuse_forget_in, nlookup);
	STRUCT(fuse_forget_one);
	FIELD(fuse_forget_one, nodeid); FIELD(fuse_forget_one, nlookup);
	STRUCT(fuse_batch_forget_in);
	FIELD(fuse_batch_forget_in, count); FIELD(fuse_batch_forget_in, dummy);
	STRUCT(fuse_interrupt_in);
	FIELD(fuse_interrupt_in, unique);
	STRUCT(fuse_setattr_in);
	FIELD(fuse_setattr_in, valid); FIELD(fuse_setattr_in, padding); FIELD(fuse_setattr_in, fh);
	FIELD(fuse_setattr_in, size); FIELD(fuse_setattr_in, lock_owner); FIELD(fuse_setattr_in, atime);
	FIELD(fuse_setattr_in, mtime); FIELD(fuse_setattr_in, ctime); FIELD(fuse_setattr_in, atimensec);
	FIELD(fuse_setattr_in, mtimensec); FIELD(fuse_setattr_in, ctimensec); FIELD(fuse_setattr_in, mode);
	FIELD(fuse_setattr_in, unused4); FIELD(fuse_setattr_in, uid); FIELD(fuse_setattr_in, gid);
	FIELD(fuse_setattr_in, unused5);
	STRUCT(fuse_open_in);
	FIELD(fuse_open_in, flags); FIELD(fuse_open_in, open_flags);
	STRUCT(fuse_create_in);
	FIELD(fuse_create_in, flags); FIELD(fuse_create_in, mode); FIELD(fuse_create_in, umask);
	FIELD(fuse_create_in, open_flags);
	STRUCT(fuse_open_out);
	FIELD(fuse_open_out, fh); FIELD(fuse_open_out, open_flags); FIELD(fuse_open_out, backing_id);
	STRUCT(fuse_release_in);
	FIELD(fuse_release_in, fh); FIELD(fuse_release_in, flags); FIELD(fuse_release_in, release_flags);
	FIELD(fuse_release_in, lock_owner);
	STRUCT(fuse_flush_in);
	FIELD(fuse_flush_in, fh); FIELD(fuse_flush_in, unused); FIELD(fuse_flush_in, padding);
	FIELD(fuse_flush_in, lock_owner);
	STRUCT(fuse_fsync_in);
	FIELD(fuse_fsync_in, fh); FIELD(fuse_fsync_in, fsync_flags); FIELD(fuse_fsync_in, padding);
	STRUCT(fuse_syncfs_in);
	FIELD(fuse_syncfs_in, padding);
	STRUCT(fuse_backing_map);
	FIELD(fuse_backing_map, fd); FIELD(fuse_backing_map, flags); FIELD(fuse_backing_map, padding);
	STRUCT(fuse_read_in);
	FIELD(fuse_read_in, fh); FIELD(fuse_read_in, offset); FIELD(fuse_read_in, size);
	FIELD(fuse_read_in, read_flags); FIELD(fuse_read_in, lock_owner); FIELD(fuse_read_in, flags);
	FIELD(fuse_read_in, padding);
	STRUCT(fuse_write_in);
	FIELD(fuse_write_in, fh); FIELD(fuse_write_in, offset); FIELD(fuse_write_in, size);
	FIELD(fuse_write_in, write_flags); FIELD(fuse_write_in, lock_owner); FIELD(fuse_write_in, flags);
	FIELD(fuse_write_in, padding);
	STRUCT(fuse_write_out);
	FIELD(fuse_write_out, size); FIELD(fuse_write_out, padding);
	STRUCT(fuse_fallocate_in);
	FIELD(fuse_fallocate_in, fh); FIELD(fuse_fallocate_in, offset); FIELD(fuse_fallocate_in, length);
	FIELD(fuse_fallocate_in, mode); FIELD(fuse_fallocate_in, padding);
	STRUCT(fuse_lseek_in);
	FIELD(fuse_lseek_in, fh); FIELD(fuse_lseek_in, offset); FIELD(fuse_lseek_in, whence);
	FIELD(fuse_lseek_in, padding);
	STRUCT(fuse_lseek_out);
	FIELD(fuse_lseek_out, offset);
	STRUCT(fuse_copy_file_range_in);
	FIELD(fuse_copy_file_range_in, fh_in); FIELD(fuse_copy_file_range_in, off_in);
	FIELD(fuse_copy_file_range_in, nodeid_out); FIELD(fuse_copy_file_range_in, fh_out);
	FIELD(fuse_copy_file_range_in, off_out); FIELD(fuse_copy_file_range_in, len);
	FIELD(fuse_copy_file_range_in, flags);
	STRUCT(fuse_copy_file_range_out);
	FIELD(fuse_copy_file_range_out, bytes_copied);
	STRUCT(fuse_dirent);
	FIELD(fuse_dirent, ino); FIELD(fuse_dirent, off); FIELD(fuse_dirent, namelen); FIELD(fuse_dirent, type);
	STRUCT(fuse_direntplus);
	FIELD(fuse_direntplus, entry_out); FIELD(fuse_direntplus, dirent);
	STRUCT(fuse_setxattr_in);
	FIELD(fuse_setxattr_in, size); FIELD(fuse_setxattr_in, flags); FIELD(fuse_setxattr_in, setxattr_flags);
	FIELD(fuse_setxattr_in, padding);
	STRUCT(fuse_getxattr_in);
	FIELD(fuse_getxattr_in, size); FIELD(fuse_getxattr_in, padding);
	STRUCT(fuse_getxattr_out);
	FIELD(fuse_getxattr_out, size); FIELD(fuse_getxattr_out, padding);
	STRUCT(fuse_kstatfs);
	FIELD(fuse_kstatfs, blocks); FIELD(fuse_kstatfs, bfree); FIELD(fuse_kstatfs, bavail);
	FIELD(fuse_kstatfs, files); FIELD(fuse_kstatfs, ffree); FIELD(fuse_kstatfs, bsize);
	FIELD(fuse_kstatfs, namelen); FIELD(fuse_kstatfs, frsize); FIELD(fuse_kstatfs, padding);
	FIELD(fuse_kstatfs, spare);
	STRUCT(fuse_statfs_out);
	FIELD(fuse_statfs_out, st);
	STRUCT(fuse_notify_inval_inode_out);
	FIELD(fuse_notify_inval_inode_out, ino); FIELD(fuse_notify_inval_inode_out, off);
	FIELD(fuse_notify_inval_inode_out, len);
	STRUCT(fuse_notify_inval_entry_out);
	FIELD(fuse_notify_inval_entry_out, parent); FIELD(fuse_notify_inval_entry_out, namelen);
	FIELD(fuse_notify_inval_entry_out, flags);
	STRUCT(fuse_ioctl_in);
	FIELD(fuse_ioctl_in, fh); FIELD(fuse_ioctl_in, flags); FIELD(fuse_ioctl_in, cmd);
	FIELD(fuse_ioctl_in, arg); FIELD(fuse_ioctl_in, in_size); FIELD(fuse_ioctl_in, out_size);
	STRUCT(fuse_ioctl_out);
	FIELD(fuse_ioctl_out, result); FIELD(fuse_ioctl_out, flags); FIELD(fuse_ioctl_out, in_iovs);
	FIELD(fuse_ioctl_out, out_iovs);
	STRUCT(fuse_uring_ent_in_out);
	FIELD(fuse_uring_ent_in_out, flags); FIELD(fuse_uring_ent_in_out, commit_id);
	FIELD(fuse_uring_ent_in_out, payload_sz); FIELD(fuse_uring_ent_in_out, padding);
	FIELD(fuse_uring_ent_in_out, reserved);
	STRUCT(fuse_uring_req_header);
	FIELD(fuse_uring_req_header, in_out); FIELD(fuse_uring_req_header, op_in);
	FIELD(fuse_uring_req_header, ring_ent_in_out);
	STRUCT(fuse_uring_cmd_req);
	FIELD(fuse_uring_cmd_req, flags); FIELD(fuse_uring_cmd_req, commit_id); FIELD(fuse_uring_cmd_req, qid);
}

static void opcodes(void)
{
	CONSTANT(FUSE_LOOKUP); CONSTANT(FUSE_FORGET); CONSTANT(FUSE_GETATTR); CONSTANT(FUSE_SETATTR);
	CONSTANT(FUSE_READLINK); CONSTANT(FUSE_SYMLINK); CONSTANT(FUSE_MKNOD); CONSTANT(FUSE_MKDIR);
	CONSTANT(FUSE_UNLINK); CONSTANT(FUSE_RMDIR); CONSTANT(FUSE_RENAME); CONSTANT(FUSE_LINK);
	CONSTANT(FUSE_OPEN); CONSTANT(FUSE_READ); CONSTANT(FUSE_WRITE); CONSTANT(FUSE_STATFS);
	CONSTANT(FUSE_RELEASE); CONSTANT(FUSE_FSYNC); CONSTANT(FUSE_SETXATTR); CONSTANT(FUSE_GETXATTR);
	CONSTANT(FUSE_LISTXATTR); CONSTANT(FUSE_REMOVEXATTR); CONSTANT(FUSE_FLUSH); CONSTANT(FUSE_INIT);
	CONSTANT(FUSE_OPENDIR); CONSTANT(FUSE_READDIR); CONSTANT(FUSE_RELEASEDIR); CONSTANT(FUSE_FSYNCDIR);
	CONSTANT(FUSE_GETLK); CONSTANT(FUSE_SETLK); CONSTANT(FUSE_SETLKW); CONSTANT(FUSE_ACCESS);
	CONSTANT(FUSE_CREATE); CONSTANT(FUSE_INTERRUPT); CONSTANT(FUSE_BMAP); CONSTANT(FUSE_DESTROY);
	CONSTANT(FUSE_IOCTL); CONSTANT(FUSE_POLL); CONSTANT(FUSE_NOTIFY_REPLY); CONSTANT(FUSE_BATCH_FORGET);
	CONSTANT(FUSE_FALLOCATE); CONSTANT(FUSE_READDIRPLUS); CONSTANT(FUSE_RENAME2); CONSTANT(FUSE_LSEEK);
	CONSTANT(FUSE_COPY_FILE_RANGE); CONSTANT(FUSE_SETUPMAPPING); CONSTANT(FUSE_REMOVEMAPPING);
	CONSTANT(FUSE_SYNCFS); CONSTANT(FUSE_TMPFILE); CONSTANT(FUSE_STATX); CONSTANT(FUSE_COPY_FILE_RANGE_64);
	CONSTANT(FUSE_NOTIFY_POLL); CONSTANT(FUSE_NOTIFY_INVAL_INODE); CONSTANT(FUSE_NOTIFY_INVAL_ENTRY);
	CONSTANT(FUSE_NOTIFY_STORE); CONSTANT(FUSE_NOTIFY_RETRIEVE); CONSTANT(FUSE_NOTIFY_DELETE);
	CONSTANT(FUSE_NOTIFY_RESEND); CONSTANT(FUSE_NOTIFY_INC_EPOCH); CONSTANT(FUSE_NOTIFY_PRUNE);
}

static void flags(void)
{
	CONSTANT(FATTR_MODE); CONSTANT(FATTR_UID); CONSTANT(FATTR_GID); CONSTANT(FATTR_SIZE);
	CONSTANT(FATTR_ATIME); CONSTANT(FATTR_MTIME); CONSTANT(FATTR_FH); CONSTANT(FATTR_ATIME_NOW);
	CONSTANT(FATTR_MTIME_NOW); CONSTANT(FATTR_LOCKOWNER); CONSTANT(FATTR_CTIME);
	CONSTANT(FATTR_KILL_SUIDGID); CONSTANT(FOPEN_DIRECT_IO); CONSTANT(FOPEN_KEEP_CACHE);
	CONSTANT(FOPEN_NONSEEKABLE); CONSTANT(FOPEN_CACHE_DIR); CONSTANT(FOPEN_STREAM); CONSTANT(FOPEN_NOFLUSH);
	CONSTANT(FOPEN_PARALLEL_DIRECT_WRITES); CONSTANT(FOPEN_PASSTHROUGH); CONSTANT(FUSE_ASYNC_READ);
	CONSTANT(FUSE_POSIX_LOCKS); CONSTANT(FUSE_FILE_OPS); CONSTANT(FUSE_ATOMIC_O_TRUNC);
	CONSTANT(FUSE_EXPORT_SUPPORT); CONSTANT(FUSE_BIG_WRITES); CONSTANT(FUSE_DONT_MASK);
	CONSTANT(FUSE_SPLICE_WRITE); CONSTANT(FUSE_SPLICE_MOVE); CONSTANT(FUSE_SPLICE_READ);
	CONSTANT(FUSE_FLOCK_LOCKS); CONSTANT(FUSE_HAS_IOCTL_DIR); CONSTANT(FUSE_AUTO_INVAL_DATA);
	CONSTANT(FUSE_DO_READDIRPLUS); CONSTANT(FUSE_READDIRPLUS_AUTO); CONSTANT(FUSE_ASYNC_DIO);
	CONSTANT(FUSE_WRITEBACK_CACHE); CONSTANT(FUSE_NO_OPEN_SUPPORT); CONSTANT(FUSE_PARALLEL_DIROPS);
	CONSTANT(FUSE_HANDLE_KILLPRIV); CONSTANT(FUSE_POSIX_ACL); CONSTANT(FUSE_ABORT_ERROR);
	CONSTANT(FUSE_MAX_PAGES); CONSTANT(FUSE_CACHE_SYMLINKS); CONSTANT(FUSE_NO_OPENDIR_SUPPORT);
	CONSTANT(FUSE_EXPLICIT_INVAL_DATA); CONSTANT(FUSE_MAP_ALIGNMENT); CONSTANT(FUSE_SUBMOUNTS);
	CONSTANT(FUSE_HANDLE_KILLPRIV_V2); CONSTANT(FUSE_SETXATTR_EXT); CONSTANT(FUSE_INIT_EXT);
	CONSTANT(FUSE_INIT_RESERVED); CONSTANT(FUSE_SECURITY_CTX); CONSTANT(FUSE_HAS_INODE_DAX);
	CONSTANT(FUSE_CREATE_SUPP_GROUP); CONSTANT(FUSE_HAS_EXPIRE_ONLY); CONSTANT(FUSE_DIRECT_IO_ALLOW_MMAP);
	CONSTANT(FUSE_PASSTHROUGH); CONSTANT(FUSE_NO_EXPORT_SUPPORT); CONSTANT(FUSE_HAS_RESEND);
	CONSTANT(FUSE_ALLOW_IDMAP); CONSTANT(FUSE_OVER_IO_URING); CONSTANT(FUSE_REQUEST_TIMEOUT);
	CONSTANT(FUSE_RELEASE_FLUSH); CONSTANT(FUSE_RELEASE_FLOCK_UNLOCK); CONSTANT(FUSE_GETATTR_FH);
	CONSTANT(FUSE_WRITE_CACHE); CONSTANT(FUSE_WRITE_LOCKOWNER); CONSTANT(FUSE_WRITE_KILL_SUIDGID);
	CONSTANT(FUSE_READ_LOCKOWNER); CONSTANT(FUSE_IOCTL_COMPAT); CONSTANT(FUSE_IOCTL_UNRESTRICTED);
	CONSTANT(FUSE_IOCTL_RETRY); CONSTANT(FUSE_IOCTL_32BIT); CONSTANT(FUSE_IOCTL_DIR);
	CONSTANT(FUSE_IOCTL_COMPAT_X32); CONSTANT(FUSE_FSYNC_FDATASYNC); CONSTANT(FUSE_ATTR_SUBMOUNT);
	CONSTANT(FUSE_ATTR_DAX); CONSTANT(FUSE_OPEN_KILL_SUIDGID); CONSTANT(FUSE_SETXATTR_ACL_KILL_SGID);
}

static void numbers(void)
{
	CONSTANT(FUSE_KERNEL_VERSION); CONSTANT(FUSE_KERNEL_MINOR_VERSION); CONSTANT(FUSE_MIN_READ_BUFFER);
	CONSTANT(FUSE_COMPAT_SETXATTR_IN_SIZE); CONSTANT(FUSE_DEV_IOC_CLONE);
	CONSTANT(FUSE_DEV_IOC_BACKING_OPEN); CONSTANT(FUSE_DEV_IOC_BACKING_CLOSE);
	CONSTANT(FUSE_URING_IN_OUT_HEADER_SZ); CONSTANT(FUSE_URING_OP_IN_OUT_SZ);
	CONSTANT(FUSE_IO_URING_CMD_INVALID); CONSTANT(FUSE_IO_URING_CMD_REGISTER);
	CONSTANT(FUSE_IO_URING_CMD_COMMIT_AND_FETCH);
}

int main(void)
{
	structs();
	opcodes();
	flags();
	numbers();
	return 0;
}

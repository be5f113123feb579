// Entries of a directory listing; DirectoryBuffer writes them.
using System.Runtime.InteropServices;

namespace MetaFs.Fuse.Abi;

/// <summary><c>struct fuse_dirent</c>; namelen bytes follow, and padding to 8.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct FuseDirent
{
    public ulong Ino;
    public ulong Off;
    public uint Namelen;
    public uint Type;
}

/// <summary><c>struct fuse_direntplus</c> (7.21).</summary>
[StructLayout(LayoutKind.Sequential, Size = 152)]
internal struct FuseDirentplus
{
    public FuseEntryOut EntryOut;
    public FuseDirent Dirent;
}

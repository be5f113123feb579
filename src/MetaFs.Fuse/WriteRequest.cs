namespace MetaFs.Fuse;

/// <summary>The arguments of WRITE, but for the data.</summary>
/// <param name="Offset">Where, in bytes; the end of file as the kernel knows it, where the write appends.</param>
/// <param name="Appends">
/// It goes to the end of the file, wherever that is by now. Not so for a page of a mapping, whatever the file was opened with.
/// </param>
/// <param name="KillSuidgid">The writer lacks CAP_FSETID.</param>
public readonly record struct WriteRequest(ulong Offset, bool Appends = false, bool KillSuidgid = false);

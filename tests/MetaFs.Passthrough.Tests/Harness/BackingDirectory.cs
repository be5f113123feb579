// The share of a test, from its own side: what another host would do to it.
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>A temporary directory, open as <see cref="Fd"/>, removed with all it holds.</summary>
internal sealed class BackingDirectory : IDisposable
{
    private const StatxMask Mask = StatxMask.STATX_BASIC_STATS | StatxMask.STATX_BTIME;

    public BackingDirectory()
    {
        Path = Directory.CreateTempSubdirectory("metafs-passthrough-").FullName;
        Assert.Equal(
            Errno.OK,
            Libc.Openat(SafeFd.CurrentDirectory, Names.Z(Path), OpenFlags.O_DIRECTORY, 0, out SafeFd fd));
        Fd = fd;
    }

    public string Path { get; }

    public SafeFd Fd { get; }

    /// <summary>What a name is on the share, links not followed.</summary>
    public Statx Stat(ReadOnlySpan<byte> name)
    {
        Assert.Equal(Errno.OK, TryStat(name, out Statx stat));
        return stat;
    }

    public Statx Stat(string name) => Stat(System.Text.Encoding.UTF8.GetBytes(name));

    public Errno TryStat(ReadOnlySpan<byte> name, out Statx stat) =>
        Libc.Statx(Fd, Names.Z(name), AtFlags.AT_SYMLINK_NOFOLLOW, Mask, out stat);

    public bool Exists(string name) =>
        TryStat(System.Text.Encoding.UTF8.GetBytes(name), out _) == Errno.OK;

    public void Write(string name, string text) => File.WriteAllText(At(name), text);

    public string Read(string name) => File.ReadAllText(At(name));

    public void MakeDirectory(string name) => Directory.CreateDirectory(At(name));

    public void Delete(string name) => Assert.Equal(Errno.OK, Libc.Unlinkat(Fd, Names.Z(name), 0));

    public void DeleteDirectory(string name) =>
        Assert.Equal(Errno.OK, Libc.Unlinkat(Fd, Names.Z(name), AtFlags.AT_REMOVEDIR));

    public void Move(string from, string to) =>
        Assert.Equal(Errno.OK, Libc.Renameat2(Fd, Names.Z(from), Fd, Names.Z(to), 0));

    public void Link(string from, string to) =>
        Assert.Equal(Errno.OK, Libc.Linkat(Fd, Names.Z(from), Fd, Names.Z(to), 0));

    public void Symlink(string target, string name) =>
        Assert.Equal(Errno.OK, Libc.Symlinkat(Names.Z(target), Fd, Names.Z(name)));

    public void Chmod(string name, uint mode)
    {
        Assert.Equal(
            Errno.OK, Libc.Openat(Fd, Names.Z(name), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW, 0, out SafeFd fd));
        using (fd)
            Assert.Equal(Errno.OK, Libc.Fchmod(fd, mode));
    }

    public void SetMtime(string name, long nanoseconds) => Assert.Equal(
        Errno.OK,
        Libc.Utimensat(
            Fd, Names.Z(name), Timespec.Omit, Timespec.FromNanoseconds(nanoseconds), AtFlags.AT_SYMLINK_NOFOLLOW));

    public void SetAtime(string name, long nanoseconds) => Assert.Equal(
        Errno.OK,
        Libc.Utimensat(
            Fd, Names.Z(name), Timespec.FromNanoseconds(nanoseconds), Timespec.Omit, AtFlags.AT_SYMLINK_NOFOLLOW));

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        Fd.Dispose();

        // Deep trees and names that are not text are beyond Directory.Delete.
        using var rm = System.Diagnostics.Process.Start("rm", ["-rf", "--one-file-system", Path]);
        rm.WaitForExit();
    }
}

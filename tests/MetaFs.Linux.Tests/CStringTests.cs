// The type that keeps unterminated bytes away from system calls.
namespace MetaFs.Linux.Tests;

public sealed class CStringTests
{
    [Fact]
    public void OnlyTerminatedBytesAreAccepted()
    {
        Assert.Throws<ArgumentException>(() => CString.FromTerminated("ab"u8).Length);
        Assert.Throws<ArgumentException>(() => CString.FromTerminated("a\0b\0"u8).Length);
        Assert.Throws<ArgumentException>(() => CString.FromTerminated(default).Length);
        Assert.Equal(2, CString.FromTerminated("ab\0"u8).Length);
    }

    [Fact]
    public void TheDefaultIsTheEmptyString()
    {
        CString empty = default;
        Assert.Equal(0, empty.Length);
        Assert.True(empty.Bytes.IsEmpty);
        Assert.Equal([0], empty.ToTerminatedArray());
        Assert.Equal([0], CString.Empty.ToTerminatedArray());
    }
}

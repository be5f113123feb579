// Names as system calls and requests take them.
using System.Text;
using MetaFs.Linux;

namespace MetaFs.Passthrough.Tests.Harness;

internal static class Names
{
    /// <summary>Adds the terminator.</summary>
    public static byte[] Terminated(ReadOnlySpan<byte> name) => [.. name, 0];

    /// <summary>Adds the terminator.</summary>
    public static byte[] Terminated(string name) => Terminated(Encoding.UTF8.GetBytes(name));

    /// <summary>Adds the terminator.</summary>
    public static CString Z(ReadOnlySpan<byte> name) => CString.FromTerminated(Terminated(name));

    /// <summary>Adds the terminator.</summary>
    public static CString Z(string name) => CString.FromTerminated(Terminated(name));
}

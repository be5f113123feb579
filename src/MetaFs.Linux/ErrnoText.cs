// Errno for people.
using System.Runtime.InteropServices;

namespace MetaFs.Linux;

/// <summary>Texts for <see cref="Errno"/> values.</summary>
public static class ErrnoText
{
    /// <summary>The text strerror(3) has for the value, e.g. "Operation not permitted".</summary>
    public static string Describe(Errno errno) => Marshal.GetPInvokeErrorMessage((int)errno);
}

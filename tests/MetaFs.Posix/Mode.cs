// Permission bits that are written, and printed, in octal.
namespace MetaFs.Posix;

/// <summary>The twelve bits that chmod(2) sets.</summary>
/// <param name="Bits">Their value.</param>
internal readonly record struct Mode(uint Bits)
{
    /// <summary>Reads the digits as octal: 4755 is S_ISUID and rwxr-xr-x. C# has no octal literals.</summary>
    public static implicit operator Mode(int octalDigits) =>
        new(Convert.ToUInt32(octalDigits.ToString(System.Globalization.CultureInfo.InvariantCulture), 8));

    /// <summary>What is left of the mode under a umask.</summary>
    public Mode Without(Mode mask) => new(Bits & ~mask.Bits);

    public override string ToString() => "0" + Convert.ToString(Bits, 8).PadLeft(3, '0');
}

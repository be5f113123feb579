namespace MetaFs.Passthrough.Tests.Harness;

/// <summary>Modes as they are written everywhere else, since C# has no octal literals.</summary>
internal static class Octal
{
    /// <summary>Oct(4755) is the C literal 04755.</summary>
    public static uint Oct(int digits)
    {
        uint value = 0;
        for (int shift = 0; digits > 0; digits /= 10, shift += 3)
            value |= (uint)(digits % 10) << shift;
        return value;
    }
}

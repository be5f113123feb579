namespace MetaFs.Model;

/// <summary>Bytes that are known by a number.</summary>
internal static class Pattern
{
    /// <summary>No byte is 0, so that what was written cannot be taken for a hole.</summary>
    public static byte[] Make(int seed, long length)
    {
        byte[] bytes = new byte[length];
        uint state = (uint)seed | 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            bytes[i] = (byte)((state >> 24) | 1);
        }

        return bytes;
    }
}

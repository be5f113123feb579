// Values of d_type, readdir(3); each is the S_IF* value shifted down by 12.
namespace MetaFs.Linux;

/// <summary>DT_* values of directory entries.</summary>
public static class DirentType
{
#pragma warning disable CS1591 // C names; readdir(3) has the rest.
    public const byte DT_UNKNOWN = 0;
    public const byte DT_FIFO = 1;
    public const byte DT_CHR = 2;
    public const byte DT_DIR = 4;
    public const byte DT_BLK = 6;
    public const byte DT_REG = 8;
    public const byte DT_LNK = 10;
    public const byte DT_SOCK = 12;
    public const byte DT_WHT = 14;
#pragma warning restore CS1591
}

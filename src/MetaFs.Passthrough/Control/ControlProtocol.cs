// How the CLI asks a mount: by ioctl(2) on a directory, so that no name inside the mount is special.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MetaFs.Passthrough.Control;

/// <summary>The ioctl commands of a MetaFs mount and the form of their answers: JSON in UTF-8, ended by NUL.</summary>
/// <remarks>Numbers as _IOR and _IOWR make them on x64 and arm64 (asm-generic/ioctl.h): direction, size, type, number.</remarks>
public static class ControlProtocol
{
    /// <summary>Bytes of an <see cref="Info"/> answer.</summary>
    public const int InfoSize = 4096;

    /// <summary>Bytes of a <see cref="Show"/> question and of its answer.</summary>
    public const int ShowSize = 8192;

    /// <summary>METAFS_IOC_INFO = _IOR('M', 1, char[4096]): what the mount says of itself.</summary>
    public const uint Info = (2u << 30) | (InfoSize << 16) | ('M' << 8) | 1;

    /// <summary>
    /// METAFS_IOC_SHOW = _IOWR('M', 2, char[8192]): in: a name in the directory, ended by NUL; empty: the directory.
    /// </summary>
    public const uint Show = (3u << 30) | (ShowSize << 16) | ('M' << 8) | 2;

    /// <summary>Bytes of a <see cref="Stats"/> question and of its answer.</summary>
    public const int StatsSize = 16 * 1024 - 1;

    /// <summary>
    /// METAFS_IOC_STATS = _IOWR('M', 3, char[16383]): in: <see cref="ControlStats.Next"/> as text, ended by NUL; at first
    /// nothing.
    /// </summary>
    public const uint Stats = (3u << 30) | (StatsSize << 16) | ('M' << 8) | 3;

    /// <summary>Bytes of a <see cref="Retire"/> order and of its answer.</summary>
    public const int RetireSize = 16 * 1024 - 2;

    /// <summary>Records in one order, at most.</summary>
    public const int RetireRecords = 100;

    /// <summary>
    /// METAFS_IOC_RETIRE = _IOWR('M', 4, char[16382]): takes records out of service that no file is of. Only root and who
    /// mounted. In: <see cref="ControlRetire"/>, ended by NUL; out: for each record one of the three letters below.
    /// </summary>
    public const uint Retire = (3u << 30) | (RetireSize << 16) | ('M' << 8) | 4;

    /// <summary>It is out of service.</summary>
    public const char RetireDone = '1';

    /// <summary>Nothing was done: a file in use has it, or it has changed.</summary>
    public const char RetireLeft = '0';

    /// <summary>It was damaged, and is as the mount knew it again.</summary>
    public const char RetireRewritten = '2';

    /// <summary>Writes a <see cref="Retire"/> order.</summary>
    /// <returns>Whether it fits.</returns>
    public static bool WriteRetire(ControlRetire order, Span<byte> buffer) =>
        Write(order, buffer, ControlJson.Default.ControlRetire) > 0;

    internal static ControlRetire? ParseRetire(ReadOnlySpan<byte> order) => Parse(order, ControlJson.Default.ControlRetire);

    /// <summary>Reads a <see cref="Stats"/> answer; null: it is not one.</summary>
    public static ControlStats? ParseStats(ReadOnlySpan<byte> answer) =>
        Parse(answer, ControlJson.Default.ControlStats);

    /// <summary>Reads an <see cref="Info"/> answer; null: it is not one.</summary>
    public static ControlInfo? ParseInfo(ReadOnlySpan<byte> answer) =>
        Parse(answer, ControlJson.Default.ControlInfo);

    /// <summary>Reads a <see cref="Show"/> answer; null: it is not one.</summary>
    public static ControlShow? ParseShow(ReadOnlySpan<byte> answer) =>
        Parse(answer, ControlJson.Default.ControlShow);

    /// <summary>Writes an answer.</summary>
    /// <returns>Bytes with the terminator; 0: it does not fit.</returns>
    internal static int Write<T>(T answer, Span<byte> output, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        if (json.Length + 1 > output.Length)
            return 0;
        json.CopyTo(output);
        output[json.Length] = 0;
        return json.Length + 1;
    }

    private static T? Parse<T>(ReadOnlySpan<byte> answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        int end = answer.IndexOf((byte)0);
        if (end <= 0)
            return null;
        try
        {
            return JsonSerializer.Deserialize(answer[..end], type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Source-generated, so that start-up reflects on nothing.</summary>
[JsonSerializable(typeof(ControlInfo))]
[JsonSerializable(typeof(ControlShow))]
[JsonSerializable(typeof(ControlStats))]
[JsonSerializable(typeof(ControlRetire))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ControlJson : JsonSerializerContext;

namespace MetaFs.Cli.Tests;

public sealed class ByteTextTests
{
    public static TheoryData<byte[]> AnyBytes => new()
    {
        Array.Empty<byte>(),
        "plain"u8.ToArray(),
        "\u00e4\u20ac\ud83d\ude00"u8.ToArray(),
        new byte[] { 0xFF },
        new byte[] { (byte)'a', 0x80, (byte)'b' },
        new byte[] { 0xE2, 0x82 },
        new byte[] { 0xF0, 0x9F, 0x98, (byte)'x' },
        new byte[] { 0xED, 0xB2, 0x80 },
        new byte[] { 0xC0, 0xAF },
    };

    [Theory]
    [MemberData(nameof(AnyBytes))]
    public void Any_bytes_come_back(byte[] bytes)
    {
        string text = ByteText.FromBytes(bytes);
        Assert.Equal(bytes, ByteText.ToBytes(text));
        Assert.Equal([.. bytes, 0], ByteText.ToTerminated(text));
    }

    [Fact]
    public void Utf8_is_plain_text() => Assert.Equal("\u00e4\ud83d\ude00", ByteText.FromBytes("\u00e4\ud83d\ude00"u8));

    [Theory]
    [InlineData("a\nb", "a\\x0ab")]
    [InlineData("\u001b[31m", "\\x1b[31m")]
    [InlineData("plain", "plain")]
    public void Control_characters_are_shown_harmless(string name, string expected) =>
        Assert.Equal(expected, ByteText.ForDisplay(name));

    [Theory]
    [InlineData("metafs\0show\0/\u00ff\0")]
    [InlineData("/usr/bin/dotnet\0/x/metafs.dll\0show\0/\u00ff\0")]
    public void Arguments_get_their_bytes_back(string commandLine)
    {
        // Latin-1, so that the one character is the one byte 0xFF.
        byte[] raw = System.Text.Encoding.Latin1.GetBytes(commandLine);
        string[] args = RawArguments.Match(["show", "/\uFFFD"], raw);
        Assert.Equal("show", args[0]);
        Assert.Equal([(byte)'/', 0xFF], ByteText.ToBytes(args[1]));
    }

    [Theory]
    [InlineData("metafs\0list\0/\u00ff\0")]
    [InlineData("show\0")]
    [InlineData("")]
    public void A_command_line_of_something_else_is_left_alone(string commandLine)
    {
        string[] args = ["show", "/\uFFFD"];
        Assert.Same(args, RawArguments.Match(args, System.Text.Encoding.Latin1.GetBytes(commandLine)));
    }
}

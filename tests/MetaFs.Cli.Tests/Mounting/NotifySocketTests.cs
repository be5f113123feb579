using System.Net.Sockets;
using System.Text;
using MetaFs.Cli.Mounting;

namespace MetaFs.Cli.Tests.Mounting;

/// <summary>What systemd would hear.</summary>
public sealed class NotifySocketTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_messages_are_datagrams(bool isAbstract)
    {
        using var directory = new TempDirectory();
        string path = isAbstract ? $"metafs-{Guid.NewGuid():N}" : Path.Combine(directory.Path, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path : path));
        systemd.ReceiveTimeout = 60_000;
        using NotifySocket? notify = Open(isAbstract ? "@" + path : path);
        Assert.NotNull(notify);
        Assert.Null(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        notify.Ready("a\nb is mounted");
        Assert.Equal("READY=1\nSTATUS=a b is mounted", Receive(systemd));
        notify.Stopping("going");
        Assert.Equal("STOPPING=1\nSTATUS=going", Receive(systemd));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/no/such/socket")]
    public void Nobody_listens(string? address) => Assert.Null(Open(address));

    [Fact]
    public void A_listener_that_goes_ends_nothing()
    {
        using var directory = new TempDirectory();
        string path = Path.Combine(directory.Path, "notify");
        using NotifySocket? notify = OpenBound(path);
        notify!.Ready("to nobody");
    }

    private static NotifySocket? OpenBound(string path)
    {
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        return Open(path);
    }

    private static NotifySocket? Open(string? address)
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", address);
        return NotifySocket.Open();
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}

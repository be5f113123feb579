using System.Net.Sockets;
using System.Text;

namespace MetaFs.Cli.Mounting;

/// <summary>Tells systemd how a service of Type=notify is doing: sd_notify(3), one datagram a message.</summary>
internal sealed class NotifySocket : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";

    private readonly Socket _socket;

    private NotifySocket(Socket socket) => _socket = socket;

    /// <summary>Connects to where $NOTIFY_SOCKET says; null if it says nothing or nobody listens there.</summary>
    /// <remarks>The variable is removed: programs that the mount starts are not the service.</remarks>
    public static NotifySocket? Open()
    {
        string? address = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, null);
        if (string.IsNullOrEmpty(address) || address[0] is not ('/' or '@'))
            return null;

        // '@' stands for the NUL in front of an abstract address.
        string path = address[0] == '@' ? "\0" + address[1..] : address;
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new NotifySocket(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>The mount answers.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The mount is about to go.</summary>
    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    public void Dispose() => _socket.Dispose();

    // systemd not listening any more is no reason to end a mount.
    private void Send(string message)
    {
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
        }
    }

    private static string OneLine(string text) => text.Replace('\n', ' ');
}

using System.Net.Sockets;
using System.Text;

namespace MetaFs.ShareSim.Control;

/// <summary>Listens on a unix socket: a line in, an answer out, as long as the other side likes.</summary>
internal sealed class ControlServer : IDisposable
{
    /// <summary>unix(7): sun_path, with its NUL.</summary>
    public const int LongestPath = 107;

    private readonly Commands _commands;
    private readonly string _path;
    private readonly Socket _socket;

    /// <param name="path">Where; a socket that nobody listens on is replaced.</param>
    /// <param name="commands">What answers.</param>
    /// <exception cref="SyntaxException">It cannot be there.</exception>
    public ControlServer(string path, Commands commands)
    {
        _path = path;
        _commands = commands;
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new SyntaxException($"{path}: longer than {LongestPath} bytes; name a shorter one with --control");
        RemoveStale(path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        uint umask = Libc.Umask(FileMode.S_IRWXG | FileMode.S_IRWXO);
        try
        {
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            _socket.Listen();
        }
        catch (SocketException failed)
        {
            _socket.Dispose();
            throw new SyntaxException($"{path}: {failed.Message}; name another place with --control");
        }
        finally
        {
            Libc.Umask(umask);
        }
    }

    /// <summary>Begins to answer.</summary>
    public void Start() => new Thread(Accept) { IsBackground = true, Name = "control" }.Start();

    public void Dispose()
    {
        _socket.Dispose();
        System.IO.File.Delete(_path);
    }

    private static void RemoveStale(string path)
    {
        Errno errno = Libc.Statx(
            SafeFd.CurrentDirectory, CString.FromTerminated(Encoding.UTF8.GetBytes(path + "\0")),
            AtFlags.AT_SYMLINK_NOFOLLOW, StatxMask.STATX_TYPE, out Statx stat);
        if (errno == Errno.ENOENT)
            return;
        if (errno != Errno.OK || !FileMode.IsSocket(stat.Mode))
            throw new SyntaxException($"{path} is there and no socket; name another place with --control");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            System.IO.File.Delete(path);
            return;
        }

        throw new SyntaxException($"{path} is another share's; name another place with --control");
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket connection = _socket.Accept();
                new Thread(() => Serve(connection)) { IsBackground = true, Name = "control" }.Start();
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Dispose ends the listening.
        }
    }

    private void Serve(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        using var reader = new System.IO.StreamReader(stream, new UTF8Encoding(false));
        using var writer = new System.IO.StreamWriter(stream, new UTF8Encoding(false));
        try
        {
            while (reader.ReadLine() is { } line)
            {
                foreach (string answer in _commands.Answer(line))
                    writer.Write(answer + "\n");
                writer.Flush();
            }
        }
        catch (System.IO.IOException)
        {
            // The other side has gone; its answer has nobody to read it.
        }
    }
}

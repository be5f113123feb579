using System.IO;
using System.Net.Sockets;
using System.Text;

namespace MetaFs.ShareSim.Control;

/// <summary>The other end of a control socket.</summary>
internal static class ControlClient
{
    /// <summary>Sends lines, and prints what comes back.</summary>
    /// <returns>Whether every answer was "ok".</returns>
    /// <exception cref="SyntaxException">Nobody listens there.</exception>
    public static bool Send(string path, IEnumerable<string> lines, TextWriter output, TextWriter error)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception failed) when (failed is SocketException or ArgumentException)
        {
            throw new SyntaxException($"{path}: {failed.Message}; is the share mounted, and this its socket?");
        }

        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, new UTF8Encoding(false));
        bool fine = true;
        foreach (string line in lines)
        {
            stream.Write(Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" ") + "\n"));
            fine &= Receive(reader, output, error);
        }

        return fine;
    }

    private static bool Receive(StreamReader reader, TextWriter output, TextWriter error)
    {
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("error ", StringComparison.Ordinal))
            {
                error.WriteLine("sharesim: " + line["error ".Length..]);
                return false;
            }

            if (line != "ok")
                output.WriteLine(line);
            if (line == "ok" || line.StartsWith("ok ", StringComparison.Ordinal))
                return true;
        }

        error.WriteLine("sharesim: the share has gone");
        return false;
    }
}

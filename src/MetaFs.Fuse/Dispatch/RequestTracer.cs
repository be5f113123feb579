// The trace (-d): "rx unique opcode nodeid arguments" and "tx unique errno result length", one line each per request.
using System.Text;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Dispatch;

/// <summary>Prints every request and every reply. Only made where somebody wants a trace.</summary>
internal sealed partial class RequestTracer
{
    // The writer and the line are shared by all workers.
    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly FuseConnection _connection;
    private readonly StringBuilder _line = new();
    private bool _broken;

    public RequestTracer(TextWriter writer, FuseConnection connection)
    {
        _writer = writer;
        _connection = connection;
    }

    public void Received(ref FuseRequest request)
    {
        lock (_gate)
        {
            _line.Clear().Append("rx ").Append(request.Header.Unique).Append(' ')
                .Append(FuseStatistics.NameOf(request.Opcode)).Append(' ').Append(request.Header.Nodeid);
            // A copy: what is read from it here is not missing there.
            RequestReader arguments = request.Arguments;
            AppendArguments(request.Opcode, ref arguments);
            WriteLine();
        }
    }

    public void Sent(ref FuseRequest request, ref ReplyWriter reply, Errno errno)
    {
        lock (_gate)
        {
            _line.Clear().Append("tx ").Append(request.Header.Unique).Append(' ').Append(errno);
            if (errno == Errno.OK)
            {
                AppendResult(request.Opcode, new RequestReader(reply.Payload));
                _line.Append(' ').Append(reply.Payload.Length);
            }
            WriteLine();
        }
    }

    private void WriteLine()
    {
        if (_broken)
            return;
        try
        {
            _writer.WriteLine(_line);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Nobody reads the trace any more; the mount goes on without.
            _broken = true;
        }
    }

    private void AppendName(ref RequestReader arguments)
    {
        if (arguments.TryReadString(out CString name))
            AppendQuoted(name.Bytes);
        else
            _line.Append(" ?");
    }

    // As C would write the bytes: the name can be pasted into $'...' of a shell.
    private void AppendQuoted(ReadOnlySpan<byte> bytes)
    {
        _line.Append(" \"");
        foreach (byte value in bytes)
        {
            if (value is (byte)'"' or (byte)'\\')
                _line.Append('\\').Append((char)value);
            else if (value is >= 0x20 and < 0x7f)
                _line.Append((char)value);
            else
                _line.Append("\\x").Append(value.ToString("x2", null));
        }
        _line.Append('"');
    }

    private void AppendMode(string name, uint mode)
    {
        _line.Append(' ').Append(name).Append('=').Append('0').Append(Convert.ToString(mode, 8));
    }

    private void AppendTime(string name, ulong seconds, uint nanoseconds) =>
        _line.Append($" {name}={(long)seconds}.{nanoseconds:D9}");

    private void AppendAttr(in FuseAttr attr)
    {
        _line.Append($" ino={attr.Ino} size={attr.Size}");
        AppendMode("mode", attr.Mode);
        _line.Append($" uid={attr.Uid} gid={attr.Gid} nlink={attr.Nlink}");
        AppendTime("mtime", attr.Mtime, attr.Mtimensec);
    }
}

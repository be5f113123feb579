using System.Text;
using MetaFs.Fuse;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim;

internal sealed partial class SimFileSystem
{
    /// <inheritdoc/>
    public override Errno Getxattr(
        in RequestContext context, NodeId node, CString name, Span<byte> value, out int size)
    {
        size = 0;
        PassedCall call = EnterXattr(Call.Getxattr, node, name, out SimNode file);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Fgetxattr(file.Fd, name, value, out size));
    }

    /// <inheritdoc/>
    public override Errno Setxattr(
        in RequestContext context, NodeId node, CString name, ReadOnlySpan<byte> value, int flags, bool killSgid)
    {
        PassedCall call = EnterXattr(Call.Setxattr, node, name, out SimNode file);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Fsetxattr(file.Fd, name, value, flags));
    }

    /// <inheritdoc/>
    public override Errno Listxattr(in RequestContext context, NodeId node, Span<byte> names, out int size)
    {
        size = 0;
        SimNode file = _nodes.Get(node);
        PassedCall call = _gate.Enter(Call.Listxattr, file.Path);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Flistxattr(file.Fd, names, out size));
    }

    /// <inheritdoc/>
    public override Errno Removexattr(in RequestContext context, NodeId node, CString name)
    {
        PassedCall call = EnterXattr(Call.Removexattr, node, name, out SimNode file);
        return call.IsRefused ? call.Refuse() : call.Answer(Libc.Fremovexattr(file.Fd, name));
    }

    private PassedCall EnterXattr(Call call, NodeId node, CString name, out SimNode file)
    {
        file = _nodes.Get(node);
        return _gate.Enter(call, file.Path, null, Encoding.Latin1.GetString(name.Bytes));
    }
}

using MetaFs.Model.Operations;

namespace MetaFs.Model.InputOutput;

internal sealed partial class ReferenceFile
{
    private void Read()
    {
        int offset = _random.Next(Largest);
        byte[] buffer = new byte[1 + _random.Next(Longest)];
        Note($"read {buffer.Length} at {offset} of {_content.Length}");
        Errno errno = Libc.Pread(Fd, buffer, (ulong)offset, out int count);
        if (Check("read", errno))
            Compare("read", offset, buffer.AsSpan(0, count), Part(offset, buffer.Length));
    }

    private void Write()
    {
        int offset = _random.Next(Largest - Longest);
        byte[] bytes = NewBytes(_random.Next(3) == 0 ? 4096 : Longest);
        Note($"write {bytes.Length} at {offset} of {_content.Length}");
        Errno errno = Libc.Pwrite(Fd, bytes, (ulong)offset, out int count);
        if (Check("write", errno) && count != bytes.Length)
            Fail($"write: {count} of {bytes.Length} bytes");
        Put(offset, bytes);
    }

    private void Truncate()
    {
        int size = _random.Next(4) == 0 ? _content.Length / 4096 * 4096 : _random.Next(Largest);
        Note($"truncate {_content.Length} to {size}");
        if (Check("truncate", Libc.Ftruncate(Fd, (ulong)size)))
            Array.Resize(ref _content, size);
    }

    private void MapRead()
    {
        if (!Range(_content.Length, out int offset, out int length) || _without.Contains(Features.MapWrite))
            return;
        Note($"mmap read {length} at {offset} of {_content.Length}");
        Errno errno = Mapping.Map(Fd, _content.Length, out Mapping? mapping);
        if (IsLacking(Features.MapWrite, errno) || !Check("mmap", errno))
            return;
        using (mapping)
        {
            byte[] bytes = new byte[length];
            if (Check("mmap read", mapping!.Read(offset, bytes)))
                Compare("mmap read", offset, bytes, Part(offset, length));
        }
    }

    private void MapWrite()
    {
        if (!Range(_content.Length, out int offset, out int length) || _without.Contains(Features.MapWrite))
            return;
        bool syncs = _random.Next(2) == 0;
        Note($"mmap write {length} at {offset} of {_content.Length}, msync {syncs}");
        Errno errno = Mapping.Map(Fd, _content.Length, out Mapping? mapping);
        if (IsLacking(Features.MapWrite, errno) || !Check("mmap", errno))
            return;
        using (mapping)
        {
            byte[] bytes = Pattern.Make(_random.Next(), length);
            if (!Check("mmap write", mapping!.Write(offset, bytes)))
                return;
            if (syncs)
                Check("msync", mapping.Sync());
            Put(offset, bytes);
        }
    }

    private void Fallocate(string feature, int flags)
    {
        if (_without.Contains(feature))
            return;
        int offset = _random.Next(Largest - Longest);
        int length = 1 + _random.Next(Longest);
        Note($"fallocate {feature} {length} at {offset} of {_content.Length}");
        Errno errno = Libc.Fallocate(Fd, flags, (ulong)offset, (ulong)length);
        if (IsLacking(feature, errno) || !Check("fallocate", errno))
            return;
        bool keepsSize = (flags & Libc.FALLOC_FL_KEEP_SIZE) != 0;
        if (!keepsSize && offset + length > _content.Length)
            Array.Resize(ref _content, offset + length);
        if (flags != 0 && offset < _content.Length)
            _content.AsSpan(offset, Math.Min(length, _content.Length - offset)).Clear();
    }

    private void CopyRange()
    {
        if (!Range(_content.Length, out int from, out int length) || _without.Contains(Features.CopyRange))
            return;
        int to = _random.Next(Largest - Longest);
        if (Math.Abs(to - from) < length)
            return; // overlapping ranges of one file are EINVAL
        Note($"copy_file_range {length} from {from} to {to} of {_content.Length}");
        ulong source = (ulong)from;
        ulong target = (ulong)to;
        Errno errno = Libc.CopyFileRange(Fd, ref source, Fd, ref target, (ulong)length, out ulong copied);
        if (IsLacking(Features.CopyRange, errno) || !Check("copy_file_range", errno))
            return;
        if (copied == 0)
            Fail("copy_file_range: 0 bytes");
        Put(to, _content.AsSpan(from, (int)copied).ToArray());
    }

    private void CompareAll(string when)
    {
        Note("read all");
        Errno errno = Libc.Fstatx(Fd, StatxMask.STATX_SIZE, out Statx stat);
        if (Check("stat", errno) && stat.Size != (ulong)_content.Length)
            Fail($"{when}: size: expected {_content.Length}, got {stat.Size}");
        if (Check("read", Checks.Look.ReadAll(Fd, _content.Length, out byte[] all)))
            Compare(when, 0, all, _content);
    }

    private bool IsLacking(string feature, Errno errno)
    {
        if (errno is not (Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.ENODEV or Errno.EXDEV))
            return false;
        _without.Add(feature);
        Lacking.Add($"{feature} ({errno})");
        return true;
    }

    private bool Range(int size, out int offset, out int length)
    {
        offset = size == 0 ? 0 : _random.Next(size);
        length = size == 0 ? 0 : 1 + _random.Next(Math.Min(Longest, size - offset));
        return size > 0;
    }

    private byte[] NewBytes(int longest) =>
        Pattern.Make(_random.Next(), longest == Longest ? 1 + _random.Next(longest) : longest);

    private ReadOnlySpan<byte> Part(int offset, int length) =>
        offset >= _content.Length ? default : _content.AsSpan(offset, Math.Min(length, _content.Length - offset));

    private void Put(int offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > _content.Length)
            Array.Resize(ref _content, offset + bytes.Length);
        bytes.CopyTo(_content.AsSpan(offset));
    }
}

using System.Diagnostics.CodeAnalysis;
using MetaFs.Fuse;

namespace MetaFs.Passthrough.Handles;

/// <summary>File handles by number: a slot that is read without a lock.</summary>
internal sealed class HandleTable<T>
    where T : class
{
    private readonly Lock _lock = new();

    // All guarded by _lock for writing. The array only grows, by a copy, so a reader may use an old one: a handle that
    // the kernel knows was in it before the kernel learnt of it.
    private readonly Stack<int> _free = new();
    private volatile T?[] _slots = new T?[64];
    private int _used;
    private volatile int _count;

    /// <summary>Handles that are open.</summary>
    public int Count => _count;

    public FileHandle Add(T value)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int slot))
            {
                if (_used == _slots.Length)
                {
                    var larger = new T?[_slots.Length * 2];
                    _slots.CopyTo(larger, 0);
                    _slots = larger;
                }

                slot = _used++;
            }

            _slots[slot] = value;
            _count++;
            return new FileHandle((ulong)slot);
        }
    }

    public bool TryGet(FileHandle handle, [NotNullWhen(true)] out T? value)
    {
        T?[] slots = _slots;
        value = handle.Value < (ulong)slots.Length ? Volatile.Read(ref slots[handle.Value]) : null;
        return value is not null;
    }

    /// <summary>The handles that are open now, some of which may be closed by the time they are looked at.</summary>
    public IEnumerable<T> All()
    {
        foreach (T? slot in _slots)
        {
            if (slot is not null)
                yield return slot;
        }
    }

    public bool TryRemove(FileHandle handle, [NotNullWhen(true)] out T? value)
    {
        lock (_lock)
        {
            if (!TryGet(handle, out value))
                return false;
            _slots[handle.Value] = null;
            _free.Push((int)handle.Value);
            _count--;
            return true;
        }
    }
}

// Holds a descriptor open where its number has to go into a struct or a path.
namespace MetaFs.Linux;

/// <summary>A counted use of a <see cref="SafeFd"/>; the number is good until Dispose.</summary>
internal readonly ref struct FdReference
{
    private readonly SafeFd _fd;
    private readonly bool _added;

    public FdReference(SafeFd fd)
    {
        _fd = fd;
        fd.DangerousAddRef(ref _added);
    }

    public int Number => _fd.Value;

    public void Dispose()
    {
        if (_added)
            _fd.DangerousRelease();
    }
}

// The directory of one case, and who acts in it. Paths start there, modes are octal digits.
using System.Text;

namespace MetaFs.Posix.Directories;

/// <summary>A fresh directory of mode 0755 that belongs to whoever runs the program.</summary>
/// <remarks>Characters of names are bytes (ISO 8859-1): "\xFF" is the byte 255, as the kernel takes it.</remarks>
internal sealed partial class CaseDirectory : IDisposable
{
    public const uint Keep = uint.MaxValue;

    // The kernel's clock for files moves with its timer, every 10 ms at most.
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(25);

    private readonly List<SafeFd> _opened = [];

    public CaseDirectory(SafeFd directory, Identity me)
    {
        Fd = directory;
        Me = me;
        Libc.Umask(((Mode)22).Bits);
    }

    public SafeFd Fd { get; }

    /// <summary>Who runs the program.</summary>
    public Identity Me { get; }

    /// <summary>Who acts in <see cref="AsOrdinary"/>: owns the case's directory, has no privilege.</summary>
    public Identity Ordinary => Me.Uid == 0 ? Users.Owner : Me;

    /// <summary>Where in a table the case is; a failure shows it.</summary>
    public string Row { get; set; } = "";

    /// <summary>A name or path as the kernel takes it.</summary>
    public static byte[] Terminated(string path) => Encoding.Latin1.GetBytes(path + "\0");

    /// <summary>Acts as somebody else; root only.</summary>
    public void As(Identity who, Action body)
    {
        ThreadCredentials.Assume(who.Uid, who.Gid, who.Groups).Ok();
        try
        {
            body();
        }
        finally
        {
            if (ThreadCredentials.Restore() != OK)
                Environment.FailFast($"cannot become root again after acting as uid {who.Uid}");
        }
    }

    /// <summary>Acts as a user without privileges, who owns this directory.</summary>
    public void AsOrdinary(Action body)
    {
        if (Me.Uid != 0)
        {
            body();
            return;
        }

        Chown(".", Users.Owner.Uid, Users.Owner.Gid).Ok();
        As(Users.Owner, body);
    }

    /// <summary>Lets everybody make names in this directory.</summary>
    public void OpenToAll() => Chmod(".", 777).Ok();

    /// <summary>The umask of new files; 0022 at the start of each case.</summary>
    public void Umask(Mode mask) => Libc.Umask(mask.Bits);

    /// <summary>Makes something with just the mode that is given: chmod(2) may be what does not work.</summary>
    private static Errno WithoutUmask(Func<Errno> make)
    {
        uint mask = Libc.Umask(0);
        Errno errno = make();
        Libc.Umask(mask);
        return errno;
    }

    /// <summary>These get lost by a write, and are not for everybody to make.</summary>
    private void SetIdBits(string path, int mode)
    {
        if ((((Mode)mode).Bits & ~((Mode)777).Bits) != 0)
            Chmod(path, mode).Ok();
    }

    /// <summary>Waits until the clock of files has moved.</summary>
    public void Tick() => Thread.Sleep(s_tick);

    public void Dispose()
    {
        Libc.Umask(((Mode)22).Bits);
        foreach (SafeFd fd in _opened)
            fd.Dispose();
        Fd.Dispose();
    }

    /// <summary>Closes the descriptor with the case, also where the case fails before it does.</summary>
    private SafeFd Track(SafeFd fd)
    {
        _opened.Add(fd);
        return fd;
    }

    private static CString Z(string path) => CString.FromTerminated(Terminated(path));
}

using System.Text;
using MetaFs.ShareSim.Faults;

namespace MetaFs.ShareSim;

/// <summary>What "sharesim BACKING MOUNTPOINT ..." asks for.</summary>
internal sealed record ServeOptions
{
    public const string Usage = """
        usage: sharesim BACKING MOUNTPOINT [OPTION]...
               sharesim ctl SOCKET [COMMAND...]      without COMMAND: lines of standard input
          --control SOCKET   where commands are taken; default: MOUNTPOINT.ctl
          --fault TEXT       a fault from the start, as the command of that text; may come several times
          --subtype NAME     the mount's type is fuse.NAME; default: sharesim
          --source NAME      the mount's source; default: the path of BACKING
          --no-permissions   the kernel checks neither owner nor mode
          -f                 stay in the foreground
          -d                 print a line for each request and reply; implies -f
          -h, --help         this text, and the commands
        """;

    public string Backing { get; private set; } = "";

    public string MountPoint { get; private set; } = "";

    public string Control { get; private set; } = "";

    public List<string> FaultTexts { get; } = [];

    public string Subtype { get; private set; } = "sharesim";

    public string? Source { get; private set; }

    public bool Permissions { get; private set; } = true;

    public bool Foreground { get; private set; }

    public bool Trace { get; private set; }

    /// <exception cref="SyntaxException">They make no sense.</exception>
    public static ServeOptions Parse(string[] arguments)
    {
        var options = new ServeOptions();
        List<string> places = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (word.Length > 1 && word[0] == '-')
                options.Set(word, () => ++i < arguments.Length
                    ? arguments[i]
                    : throw new SyntaxException($"{word}: its value is missing"));
            else
                places.Add(word);
        }

        if (places.Count != 2)
            throw new SyntaxException($"BACKING and MOUNTPOINT are wanted, and {places.Count} were given\n{Usage}");
        options.Backing = Directory(places[0], "BACKING");
        options.MountPoint = Directory(places[1], "MOUNTPOINT");
        if (options.Control.Length == 0)
            options.Control = options.MountPoint + ".ctl";
        options.Control = System.IO.Path.GetFullPath(options.Control);
        return options;
    }

    private void Set(string word, Func<string> value)
    {
        switch (word)
        {
            case "--control":
                Control = value();
                break;
            case "--fault":
                FaultTexts.Add(value());
                break;
            case "--subtype":
                Subtype = value();
                break;
            case "--source":
                Source = value();
                break;
            case "--no-permissions":
                Permissions = false;
                break;
            case "-f":
                Foreground = true;
                break;
            case "-d":
                Trace = Foreground = true;
                break;
            default:
                throw Words.Unknown(
                    "option", word,
                    ["--control", "--fault", "--subtype", "--source", "--no-permissions", "-f", "-d", "-h", "--help"]);
        }
    }

    // The kernel wants a mount point without symbolic links.
    private static string Directory(string path, string what)
    {
        string full = System.IO.Path.GetFullPath(path);
        Errno errno = Libc.Openat(
            SafeFd.CurrentDirectory, CString.FromTerminated(Encoding.UTF8.GetBytes(full + "\0")),
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out SafeFd fd);
        if (errno != Errno.OK)
            throw new SyntaxException($"{what} {path}: {ErrnoText.Describe(errno)} ({errno})");
        using (fd)
        {
            byte[] target = new byte[4096];
            byte[] link = Encoding.ASCII.GetBytes($"/proc/self/fd/{fd.Value}\0");
            errno = Libc.Readlinkat(SafeFd.CurrentDirectory, CString.FromTerminated(link), target, out int length);
            return errno == Errno.OK ? Encoding.UTF8.GetString(target, 0, length) : full;
        }
    }
}

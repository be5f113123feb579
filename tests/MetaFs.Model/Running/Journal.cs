using System.Globalization;
using System.Text;
using MetaFs.Model.Operations;
using MetaFs.Model.State;

namespace MetaFs.Model.Running;

/// <summary>
/// The operations of one actor in a file outside the mount: "B start operation" before each, "A errno count" after it.
/// From it the tree can be made again by somebody who was not there.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly SafeFd _fd;

    // Everything was read, which moves access times.
    private const string Verified = "V";

    private Journal(SafeFd fd) => _fd = fd;

    /// <summary>The journal of one actor: FILE.PREFIX.</summary>
    public static Journal Create(string file, string prefix, uint umask, IEnumerable<string> without)
    {
        Journal journal = Open($"{file}.{prefix.TrimEnd('.')}", OpenFlags.O_CREAT | OpenFlags.O_TRUNC);
        journal.Write($"H {prefix} {umask} {string.Join(',', without.Append("-"))}");
        return journal;
    }

    /// <summary>A journal to be continued.</summary>
    public static Journal Append(string path) => Open(path, OpenFlags.O_APPEND);

    public void Begun(Operation operation, long start) => Write($"B {start} {operation}");

    public void Ended(Errno errno, long count) => Write($"A {errno} {count}");

    public void EverythingWasRead() => Write($"{Verified}");

    public void Dispose() => _fd.Dispose();

    /// <summary>Plays a journal.</summary>
    public static Replay Read(string path)
    {
        string[] lines = File.ReadAllLines(path, Encoding.ASCII);
        string[] head = lines[0].Split(' ');
        if (head is not ["H", _, _, _])
            throw new UsageException($"{path}: not a journal of metafs-model");
        HashSet<string> without = [.. head[3].Split(',')];
        Tree tree = new(new Rules(uint.Parse(head[2], CultureInfo.InvariantCulture), without));
        Operation? open = null;
        long start = 0;
        long operations = 0;
        foreach (string line in lines.Skip(1))
        {
            if (line == Verified)
            {
                tree.ForgetAccessTimes();
                continue;
            }

            string[] words = line.Split(' ', 3);
            if (words[0] == "B")
            {
                start = long.Parse(words[1], CultureInfo.InvariantCulture);
                open = Operation.Parse(words[2]);
                continue;
            }

            if (Enum.Parse<Errno>(words[1]) == Errno.OK)
            {
                tree.TargetOf(open!)?.Remember(open!.ToString());
                tree.Apply(open!, start, long.Parse(words[2], CultureInfo.InvariantCulture));
            }

            open = null;
            operations++;
        }

        return new Replay(head[1], without, tree, open, start, operations);
    }

    private static Journal Open(string path, OpenFlags how)
    {
        OpenFlags flags = OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC | how;
        Errno errno = Libc.Openat(SafeFd.CurrentDirectory, ByteString.ArgumentToC(path), flags, 0x180, out SafeFd fd);
        return errno == Errno.OK ? new Journal(fd) : throw new UsageException($"{path}: {ErrnoText.Describe(errno)}");
    }

    // One write(2) a line: it is in the page cache, where no kill of a process reaches it.
    private void Write(FormattableString line)
    {
        Errno errno = Libc.Write(_fd, Encoding.ASCII.GetBytes(FormattableString.Invariant(line) + "\n"), out _);
        if (errno != Errno.OK)
            throw new IOException($"journal: {ErrnoText.Describe(errno)}");
    }
}

/// <summary>What a journal tells.</summary>
/// <param name="Prefix">Of the actor's names.</param>
/// <param name="Without">The features that were left out.</param>
/// <param name="Tree">What must be there.</param>
/// <param name="InFlight">The operation that was begun and not acknowledged.</param>
/// <param name="Start">When it began.</param>
/// <param name="Operations">How many were acknowledged.</param>
internal sealed record Replay(
    string Prefix, HashSet<string> Without, Tree Tree, Operation? InFlight, long Start, long Operations);

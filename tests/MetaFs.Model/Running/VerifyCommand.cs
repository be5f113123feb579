using MetaFs.Model.Checks;
using MetaFs.Model.State;

namespace MetaFs.Model.Running;

/// <summary><c>metafs-model verify DIR --journal FILE</c>: whether the files are as a run's journal says.</summary>
internal static class VerifyCommand
{
    public static int Execute(IReadOnlyList<string> arguments)
    {
        Options options = new(arguments, [], ["journal", "share"]);
        string directory = Path.GetFullPath(options.Word("directory"));
        string journal = Path.GetFullPath(options.Required("journal"));
        string[] files = Directory.GetFiles(Path.GetDirectoryName(journal)!, Path.GetFileName(journal) + ".w*");
        if (files.Length == 0)
            throw new UsageException($"{journal}.w*: no such files");
        long operations = 0;
        long checks = 0;
        long differences = 0;
        int inFlight = 0;
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            Replay replay = Journal.Read(file);
            using SafeFd root = Directories.Open(directory);
            using SafeFd? share = options.Get("share") is { } path ? Directories.Open(path) : null;
            Verification verification = new(root, share, replay.Prefix, new Comparison(replay.Without));
            List<Difference> found = Verify(verification, replay, ref inFlight);
            using (Journal again = Journal.Append(file))
                again.EverythingWasRead();
            found.ForEach(one => Console.WriteLine(one));
            operations += replay.Operations;
            checks += verification.Checks;
            differences += found.Count;
        }

        Console.WriteLine(
            $"{operations} operations acknowledged, {inFlight} in flight, {checks} checks, {differences} differences");
        return differences == 0 ? 0 : 1;
    }

    private static List<Difference> Verify(Verification verification, Replay replay, ref int inFlight)
    {
        if (replay.InFlight is { Reads: true } read && replay.Tree.Predict(read) == Errno.OK)
            replay.Tree.Apply(read, replay.Start, 0); // perhaps
        Tree? after = null;
        if (replay.InFlight is { Changes: true } operation && replay.Tree.Predict(operation) == Errno.OK)
        {
            inFlight++;
            after = replay.Tree.Copy();
            after.Apply(operation, replay.Start, operation.Length);
            after.DropHandles();
        }

        replay.Tree.DropHandles();
        return verification.Run(replay.Tree, after, after is null ? null : replay.InFlight, out _);
    }
}

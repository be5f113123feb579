// The second process of the overlay's tests: one that holds a database, is killed while it writes, or loads another
// SQLite library. Says what it has done on its output, a line each.
using System.Globalization;
using MetaFs.Overlay;

if (args is ["sqlite"])
{
    Console.WriteLine($"{SqliteNative.Library} {SqliteNative.Version}");
    return 0;
}

if (args is not [string command, string path])
    throw new ArgumentException("expected: COMMAND DATABASE");

try
{
    OverlayOpenOptions options = new() { Log = Console.Error.WriteLine, Intents = command == "note" };
    using SqliteOverlayStore store = SqliteOverlayStore.Open(path, options);
    Console.WriteLine("open");
    switch (command)
    {
        case "hold":
            Console.In.ReadLine();
            break;
        case "put" or "note":
            PutForever(store);
            break;
        default:
            throw new ArgumentException($"unknown command {command}");
    }

    return 0;
}
catch (OverlayException e)
{
    Console.WriteLine(e.Message);
    return 1;
}

// "note" does it through a log of intents.
// Every acknowledged change is one line: "i" for a put of inode i, with a removal of i - 5 and a pair in a transaction.
static void PutForever(SqliteOverlayStore store)
{
    for (uint i = 10; ; i++)
    {
        InodeRecord record = new()
        {
            Guard = new InodeGuard(0x8000, GuardKind.BirthTime, i),
            Uid = new IdValue(i, new Reason(ReasonKind.Refused, 1)),
            Hint = new PathHint(1, BitConverter.GetBytes(i)),
        };
        Check(store.Put(new InodeKey(1, i), record));
        if (i >= 15)
            Check(store.Remove(new InodeKey(1, i - 5)));
        Check(store.Apply([new(new InodeKey(2, i), record), new(new InodeKey(3, i), record)]));
        Console.WriteLine(i.ToString(CultureInfo.InvariantCulture));
    }
}

static void Check(OverlayStatus status)
{
    if (status != OverlayStatus.Ok)
        throw new InvalidOperationException(status.ToString());
}

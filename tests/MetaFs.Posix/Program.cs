// metafs-posix DIR: tries on a directory what POSIX and ext4 promise.
using MetaFs.Posix;

if (!Options.TryParse(args, out Options options, out string complaint))
{
    Console.Error.WriteLine($"metafs-posix: {complaint}\n{Options.Usage}");
    return 2;
}

if (options.Help)
{
    Console.WriteLine(Options.Usage);
    return 0;
}

IReadOnlyList<Case> cases = Catalog.Find(options.Filter);
if (options.List)
{
    foreach (Case one in cases)
        Console.WriteLine(one.Name);
    return 0;
}

if (cases.Count == 0)
{
    Console.Error.WriteLine($"metafs-posix: no case has '{options.Filter}' in its name; --list shows all");
    return 2;
}

return new Run(options).Execute(cases);

using System.Globalization;
using MetaFs.Model.Operations;
using MetaFs.Model.State;

namespace MetaFs.Model.Checks;

/// <summary>Holds what was seen against the model.</summary>
internal sealed class Comparison(HashSet<string> without)
{
    private readonly bool _directoriesCountLinks = !without.Contains(Features.DirectoryLinks);
    private readonly bool _numbersAreKept = !without.Contains(Features.KeptNumbers);

    /// <summary>The fields of stat that differ.</summary>
    /// <param name="tree">The model.</param>
    /// <param name="path">How the report names the file.</param>
    /// <param name="inode">What it must be.</param>
    /// <param name="stat">What it is.</param>
    /// <param name="now">The time after the look.</param>
    public List<Difference> Attributes(Tree tree, string path, Inode inode, in Statx stat, long now)
    {
        List<Difference> found = [];
        void Expect(string field, bool holds, string expected, string got)
        {
            if (!holds)
                found.Add(Difference.Of(path, inode, field, expected, got));
        }

        uint links = tree.LinksOf(inode);
        bool linksCount = !inode.IsDirectory || (_directoriesCountLinks && !inode.IsRemoved);
        Expect("type", FileMode.TypeOf(stat.Mode) == inode.Type, Octal(inode.Type), Octal(FileMode.TypeOf(stat.Mode)));
        Expect("ino", inode.Ino == 0 || stat.Ino == inode.Ino, Number(inode.Ino), Number(stat.Ino));
        Expect("nlink", !linksCount || stat.Nlink == links, Number(links), Number(stat.Nlink));
        uint permissions = FileMode.PermissionsOf(stat.Mode);
        Expect("mode", permissions == inode.Permissions, Octal(inode.Permissions), Octal(permissions));
        Expect("mtime", inode.Mtime.Allows(stat.MtimeNs, now), inode.Mtime.ToString(), TimeRule.Text(stat.MtimeNs));
        Expect("atime", inode.Atime.Allows(stat.AtimeNs, now), inode.Atime.ToString(), TimeRule.Text(stat.AtimeNs));
        bool goesOn = stat.CtimeNs >= inode.CtimeFloor && stat.CtimeNs <= now + TimeRule.Tick;
        string ctime = $"{TimeRule.Text(inode.CtimeFloor)} .. {TimeRule.Text(now)}";
        Expect("ctime", goesOn, ctime, TimeRule.Text(stat.CtimeNs));
        ulong size = (ulong)(inode.IsRegular ? inode.Data.Length : inode.Target.Length);
        bool hasSize = inode.IsRegular || inode.Type == FileMode.S_IFLNK;
        Expect("size", !hasSize || stat.Size == size, Number(size), Number(stat.Size));
        uint device = DeviceNumber.Encode(stat.RdevMajor, stat.RdevMinor);
        Expect("rdev", device == inode.Device, Number(inode.Device), Number(device));
        Owner("uid", inode.Uid, stat.Uid);
        Owner("gid", inode.Gid, stat.Gid);
        return found;

        void Owner(string field, uint expected, uint got)
        {
            Expect(field, expected == got, Number(expected), Number(got));
            if (expected != got && got >= Generator.FirstId && got != uint.MaxValue - 1 && !inode.Given.Contains(got))
                found[^1] = found[^1] with { Harm = Harm.WrongFile };
        }
    }

    /// <summary>After a look without differences: what was a bound is a value from here on.</summary>
    public void Pin(Inode inode, in Statx stat)
    {
        inode.Ino = _numbersAreKept ? stat.Ino : 0;
        if (!inode.Mtime.MayMove)
        {
            inode.CtimeFloor = Math.Max(inode.CtimeFloor, stat.CtimeNs);
            inode.Mtime = TimeRule.At(stat.MtimeNs);
        }

        if (inode.Atime != TimeRule.Unknown)
            inode.Atime = TimeRule.At(stat.AtimeNs);
    }

    /// <summary>Takes over what is shown, so that one difference is reported once.</summary>
    public void Adopt(Inode inode, in Statx stat)
    {
        inode.Uid = stat.Uid;
        inode.Gid = stat.Gid;
        inode.Given.UnionWith([stat.Uid, stat.Gid]);
        inode.Permissions = FileMode.PermissionsOf(stat.Mode);
        inode.Ino = _numbersAreKept ? stat.Ino : 0;
        inode.CtimeFloor = stat.CtimeNs;
        inode.Mtime = TimeRule.At(stat.MtimeNs);
        if (inode.Atime != TimeRule.Unknown)
            inode.Atime = TimeRule.At(stat.AtimeNs);
    }

    public static Difference? Data(string path, Inode inode, byte[] got)
    {
        int same = inode.Data.AsSpan().CommonPrefixLength(got);
        if (same == got.Length && same == inode.Data.Length)
            return null;
        return Difference.Of(path, inode, "data", At(inode.Data, same), At(got, same));
    }

    public static Difference? Xattrs(string path, Inode inode, SortedDictionary<string, byte[]> got)
    {
        string expectedText = Text(inode.Xattrs);
        string gotText = Text(got);
        return string.Equals(expectedText, gotText, StringComparison.Ordinal)
            ? null
            : Difference.Of(path, inode, "xattrs", expectedText, gotText);
    }

    /// <summary>The names of a directory, and the type and number that readdir gives with each.</summary>
    public static List<Difference> Listing(Tree tree, string path, Inode directory, Dictionary<string, Listed> got)
    {
        List<Difference> found = [];
        foreach (Entry entry in directory.Entries.Where(entry => !tree[entry.Id].IsShared))
        {
            Inode inode = tree[entry.Id];
            string itsPath = path + "/" + entry.Name;
            if (!got.TryGetValue(entry.Name, out Listed listed))
                found.Add(Difference.Of(itsPath, inode, "entry", "listed", "not listed") with { Harm = Harm.Hidden });
            else if (listed.Times != 1)
                found.Add(Difference.Of(itsPath, inode, "entry", "listed once", $"{listed.Times} times"));
            else if (listed.Type != FileMode.ToDirentType(inode.Type) && listed.Type != DirentType.DT_UNKNOWN)
                found.Add(Difference.Of(itsPath, inode, "d_type", Octal(inode.Type), Number(listed.Type)));
            else if (inode.Ino != 0 && listed.Ino != inode.Ino)
                found.Add(Difference.Of(itsPath, inode, "d_ino", Number(inode.Ino), Number(listed.Ino)));
        }

        foreach (string name in got.Keys.Where(name => directory.IndexOf(name) < 0))
            found.Add(new Difference(path + "/" + name, "entry", "no such name", "listed"));
        return found;
    }

    /// <summary>Attributes, as differences show them.</summary>
    public static string Text(SortedDictionary<string, byte[]> xattrs) =>
        string.Join(' ', xattrs.Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value)}"));

    private static string At(byte[] data, int offset) => offset < data.Length
        ? string.Create(CultureInfo.InvariantCulture, $"0x{data[offset]:x2} at {offset} of {data.Length}")
        : string.Create(CultureInfo.InvariantCulture, $"end at {data.Length}");

    private static string Octal(uint mode) => "0" + Convert.ToString(mode, 8);

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}

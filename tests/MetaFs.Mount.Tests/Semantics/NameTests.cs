using System.Text;

namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Names are bytes: all but "/" and NUL are allowed and none is special.</summary>
public sealed class NameTests(SharedMounts mounts, ITestOutputHelper output) : PosixTest(mounts, output)
{
    private static readonly string[] s_names =
    [
        "\xff", "\xfe\xff half", "\xc3", "caf\xc3\xa9", new('n', 255), "new\nline", "-rf", "..x", "...", " ", "\\", "%s%n",
        ".metafs", "metafs.db", "metafs.db-wal", ".fuse_hidden0000000000000001", ".nfs0000000000000001", "\x01\x7f",
    ];

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void AnyBytesMakeAName(Place place) => In(place, venue =>
    {
        uint id = 100;
        foreach (string name in s_names)
        {
            Posix.CreateFile(venue[name], name);
            Posix.Chown(venue[name], id, id).Ok();
            Posix.Rename(venue[name], venue["moved"]).Ok();
            Posix.Rename(venue["moved"], venue[name]).Ok();
            Assert.Equal($"{id}:{id}", Posix.Stat(venue[name]).Owner);
            Assert.Equal(name, Posix.ReadFile(venue[name]));
            id++;
        }

        Assert.Equal(s_names.Select(Hex).Order(), List(venue.Path));
        foreach (string name in s_names)
            Posix.Unlink(venue[name]).Ok();
        Assert.Empty(List(venue.Path));
    });

    [RootTheory]
    [MemberData(nameof(Places.All), MemberType = typeof(Places))]
    public void NamesThatAreTooLong(Place place) => In(place, venue =>
    {
        string name = new('n', 256);
        const int Create = Posix.O_WRONLY | Posix.O_CREAT;
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Open(venue[name], Create, Oct(644), out _));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Mkdir(venue[name], Oct(755)));
        Assert.Equal(Errno.ENAMETOOLONG, Posix.Lstat(venue[name], out _));
    });

    [RootTheory]
    [MemberData(nameof(Places.OfTheKernel), MemberType = typeof(Places))]
    public void PathsLongerThanPathMaxBySteps(Place place) => In(place, venue =>
    {
        string step = new('d', 200);
        Posix.Chdir(venue.Path).Ok();
        for (int depth = 0; depth < 25; depth++)
        {
            Posix.Mkdir(step, Oct(755)).Ok();
            Posix.Chown(step, 42, 43).Ok();
            Posix.Chdir(step).Ok();
        }

        Posix.CreateFile("f");
        Posix.Chown("f", 7, 8).Ok();
        Posix.Chmod("f", Oct(4711)).Ok();
        Posix.Rename("f", "g").Ok();
        Posix.Symlink("g", "s").Ok();
        Assert.Equal(("7:8", Oct(4711)), (Posix.Stat("g").Owner, Posix.Stat("g").Mode));
        Assert.Equal("42:43", Posix.Stat("../" + step).Owner);
        Posix.Unlink("g").Ok();
        Posix.Unlink("s").Ok();
        for (int depth = 0; depth < 25; depth++)
        {
            Posix.Chdir("..").Ok();
            Posix.Rmdir(step).Ok();
        }
    });

    private static string Hex(string name) => Convert.ToHexString(Encoding.Latin1.GetBytes(name));

    private static IEnumerable<string> List(string directory)
    {
        string listed = Command.Python(null,
            "import os, sys\nfor name in os.listdir(sys.argv[1].encode()): print(name.hex().upper())", directory).MustSucceed();
        return listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order();
    }
}

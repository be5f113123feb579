using System.Diagnostics;
using System.Text;
using MetaFs.Cli.Mounting;
using MetaFs.Cli.Transfer;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Transfer;

public sealed class EntryApplierTests
{
    private static readonly DateTime s_time = DateTime.UnixEpoch.AddSeconds(1_000_000_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_which_something_was_left_out_is_named_and_counts_as_failed(bool isDry)
    {
        using var directory = new TempDirectory();
        File.WriteAllText($"{directory.Path}/x", "");
        DateTime before = File.GetLastWriteTimeUtc($"{directory.Path}/x");
        using SafeFd root = CanonicalPath.RequireDirectory(directory.Path, "");
        List<string> said = [];
        using var applier = new EntryApplier(root, isDry, (path, call, _) => said.Add(Encoding.ASCII.GetString(path) + ": " + call));
        applier.Apply(new Entry { Path = "x"u8.ToArray(), Mtime = 1_000_000_000_000_000_000, LeftOut = "its ACL" });
        applier.Apply(new Entry { Path = "x"u8.ToArray(), LeftOut = "its ACL" });
        applier.Finish();
        Assert.Equal(["x: left out: its ACL", "x: left out: its ACL"], said);
        Assert.Equal((0, 0, 2), (applier.Applied, applier.Unchanged, applier.Failed));
        Assert.Equal(isDry ? before : s_time, File.GetLastWriteTimeUtc($"{directory.Path}/x"));
    }

    [Fact]
    public void Hard_links_of_an_archive_that_are_separate_files_here_are_all_set()
    {
        using var directory = new TempDirectory();
        string tree = directory.Make("tree");
        string share = directory.Make("share");
        File.WriteAllText($"{tree}/a", "text");
        File.SetLastWriteTimeUtc($"{tree}/a", s_time);
        using (var link = Process.Start("ln", [$"{tree}/a", $"{tree}/b"]))
            link.WaitForExit();
        string archive = $"{directory.Path}/tar";
        using (var tar = Process.Start("tar", ["-C", tree, "-cf", archive, "a", "b"]))
            tar.WaitForExit();
        foreach (string name in (string[])["a", "b"])
            File.WriteAllText($"{share}/{name}", "text");

        using SafeFd root = CanonicalPath.RequireDirectory(share, "");
        using var applier = new EntryApplier(root, isDry: false, static (_, call, errno) => Assert.Fail($"{call}: {errno}"));
        using (FileStream input = File.OpenRead(archive))
        {
            foreach (Entry entry in EntryFormats.Find("tar")!.Read(input))
                applier.Apply(entry);
        }

        applier.Finish();
        Assert.Equal(2, applier.Applied);
        Assert.Equal(s_time, File.GetLastWriteTimeUtc($"{share}/a"));
        Assert.Equal(s_time, File.GetLastWriteTimeUtc($"{share}/b"));
    }
}

using System.Text;
using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Handles;
using MetaFs.Passthrough.Nodes;
using MetaFs.Passthrough.Tests.Harness;
using MetaFs.Passthrough.Tests.Nodes;

namespace MetaFs.Passthrough.Tests.Handles;

public sealed class OpenDirectoryTests : IDisposable
{
    private readonly BackingDirectory _share = new();
    private readonly NodeFixture _nodes = new();

    [Fact]
    public void An_empty_directory_lists_itself_and_its_parent()
    {
        using OpenDirectoryUnderTest directory = Open();
        Assert.Equal([".", ".."], directory.ReadAll().Select(e => e.Name).Order());
        Assert.Equal(Errno.ENOENT, directory.Inner.Peek(out _));
        Assert.Equal(Errno.ENOENT, directory.Inner.Peek(out _));
    }

    [Fact]
    public void A_peek_does_not_pass_the_entry()
    {
        using OpenDirectoryUnderTest directory = Open();
        Assert.Equal(Errno.OK, directory.Inner.Peek(out Dirent first));
        string name = directory.NameOf(first);
        Assert.Equal(Errno.OK, directory.Inner.Peek(out Dirent again));
        Assert.Equal(name, directory.NameOf(again));
    }

    [Fact]
    public void More_than_a_buffer_comes_once_each_and_whole()
    {
        string[] names = [.. Enumerable.Range(0, 1200).Select(i => $"file-with-a-longer-name-{i:d5}")];
        foreach (string name in names)
            _share.Write(name, "");
        using OpenDirectoryUnderTest directory = Open();
        string[] read =
            [.. directory.ReadAll().Select(e => e.Name).Where(n => n[0] != '.').Order(StringComparer.Ordinal)];
        Assert.Equal(names, read);
    }

    [Fact]
    public void A_reader_without_its_descriptor_goes_on_with_another_one()
    {
        for (int i = 0; i < 2000; i++)
            _share.Write($"file-with-a-longer-name-{i:d5}", "");
        using OpenDirectoryUnderTest directory = Open();
        List<string> names = [];
        for (int i = 0; i < 1500; i++)
        {
            Assert.Equal(Errno.OK, directory.Inner.Peek(out Dirent entry));
            names.Add(directory.NameOf(entry));
            directory.Inner.Pass(entry);
        }

        directory.Inner.Detach();
        Assert.False(directory.Inner.IsAttached);
        Assert.Equal(
            Errno.OK, Libc.Openat(_share.Fd, CString.FromTerminated(".\0"u8), OpenFlags.O_DIRECTORY, 0, out SafeFd again));
        Assert.Equal(Errno.OK, directory.Inner.Attach(again));
        Assert.True(directory.Inner.IsAttached);
        names.AddRange(directory.ReadAll().Select(entry => entry.Name));
        Assert.Equal(2002, names.Count);
        Assert.Equal(2002, names.Distinct().Count());
    }

    [Fact]
    public void A_seek_to_an_entrys_offset_continues_after_it()
    {
        for (int i = 0; i < 100; i++)
            _share.Write($"f{i}", "");
        using OpenDirectoryUnderTest directory = Open();
        (string Name, long Off)[] all = [.. directory.ReadAll()];
        for (int i = 0; i < all.Length; i += 7)
        {
            Assert.Equal(Errno.OK, directory.Inner.Seek((ulong)all[i].Off));
            Assert.Equal(all[(i + 1)..].Select(e => e.Name), directory.ReadAll().Select(e => e.Name));
        }
    }

    [Fact]
    public void A_seek_out_of_the_middle_of_the_buffer_forgets_what_was_read_ahead()
    {
        for (int i = 0; i < 50; i++)
            _share.Write($"f{i}", "");
        using OpenDirectoryUnderTest directory = Open();
        (string Name, long Off)[] all = [.. directory.ReadAll()];
        foreach (int target in (int[])[0, 40, 10, 30])
        {
            Assert.Equal(Errno.OK, directory.Inner.Seek((ulong)all[target].Off));
            Assert.Equal(Errno.OK, directory.Inner.Peek(out Dirent entry));
            Assert.Equal(all[target + 1].Name, directory.NameOf(entry));
            directory.Inner.Pass(entry);
        }
    }

    [Fact]
    public void Going_back_within_the_buffer_reads_again()
    {
        _share.Write("a", "");
        using OpenDirectoryUnderTest directory = Open();
        (string Name, long Off)[] all = [.. directory.ReadAll()];
        Assert.Equal(Errno.OK, directory.Inner.Seek(0));
        Assert.Equal(all, directory.ReadAll());
    }

    [Fact]
    public void A_rewound_listing_shows_what_was_added_and_not_what_was_removed()
    {
        _share.Write("old", "");
        using OpenDirectoryUnderTest directory = Open();
        directory.ReadAll();
        _share.Delete("old");
        _share.Write("new", "");
        Assert.Equal(Errno.OK, directory.Inner.Seek(0));
        Assert.Equal([".", "..", "new"], directory.ReadAll().Select(e => e.Name).Order());
    }

    [Fact]
    public void What_was_read_ahead_is_not_read_again_when_the_kernel_comes_back_for_it()
    {
        for (int i = 0; i < 50; i++)
            _share.Write($"f{i}", "");
        using OpenDirectoryUnderTest directory = Open();
        (string Name, long Off)[] all = [.. directory.ReadAll()];
        Assert.True(directory.Inner.IsDrained);
        for (int i = 0; i < 50; i++)
            _share.Delete($"f{i}");
        Assert.Equal(Errno.OK, directory.Inner.Seek((ulong)all[10].Off));
        Assert.False(directory.Inner.IsDrained);
        Assert.Equal(all[11..], directory.ReadAll());
    }

    [Fact]
    public void A_removed_directory_has_no_entries()
    {
        _share.MakeDirectory("gone");
        using OpenDirectoryUnderTest directory = Open("gone");
        _share.DeleteDirectory("gone");
        Assert.Equal(Errno.ENOENT, directory.Inner.Peek(out _));
    }

    public void Dispose() => _share.Dispose();

    private OpenDirectoryUnderTest Open(string name = ".")
    {
        Assert.Equal(
            Errno.OK, Libc.Openat(_share.Fd, Names.Z(name), OpenFlags.O_DIRECTORY, 0, out SafeFd fd));
        Node node = _nodes.Table.AddRoot(_nodes.Volume, Stats.Directory(), default);
        Assert.Equal(NodeId.Root, node.Id);
        return new OpenDirectoryUnderTest(new OpenDirectory(fd, node));
    }

    private sealed class OpenDirectoryUnderTest(OpenDirectory inner) : IDisposable
    {
        public OpenDirectory Inner { get; } = inner;

        public string NameOf(in Dirent entry) => Encoding.UTF8.GetString(entry.NameTerminated[..^1]);

        public List<(string Name, long Off)> ReadAll()
        {
            List<(string, long)> entries = [];
            while (Inner.Peek(out Dirent entry) == Errno.OK)
            {
                entries.Add((NameOf(entry), entry.Off));
                Inner.Pass(entry);
            }

            return entries;
        }

        public void Dispose() => Inner.Fd.Dispose();
    }
}

using System.Text.Json;

namespace MetaFs.Mount.Tests.Semantics;

/// <summary>Listings that the kernel keeps show what is there: after every change, made through the mount or behind its back.</summary>
public sealed class KeptListingTests(ITestOutputHelper output) : MountTest(output)
{
    private const int Directories = 100;
    private const int Files = 20;

    private static readonly TimeSpan s_untilKept = TimeSpan.FromMilliseconds(2100);

    [RootTheory]
    [InlineData(ShareKind.PlainDirectory)]
    [InlineData(ShareKind.Tmpfs)]
    public void WhatOthersChangeIsSeenByTheNextToOpenIt(ShareKind kind)
    {
        Share share = Mine(new Share(kind));
        KeepAll(share);
        for (int i = 0; i < Directories; i++)
        {
            Change(share.Directory + $"/d{i}", i);
            AssertSame(share, $"d{i}");
        }

        for (int i = 1; i < Directories; i++) // too young to be kept
        {
            Change(share.Directory + "/d0", i);
            AssertSame(share, "d0");
        }
    }

    [RootFact]
    public void WhatIsChangedThroughTheMountIsSeenToo()
    {
        Share share = Mine(new Share(ShareKind.PlainDirectory));
        KeepAll(share);
        for (int i = 0; i < Directories; i++)
        {
            Change(share.MountPoint + $"/d{i}", i);
            AssertSame(share, $"d{i}");
        }
    }

    [RootFact]
    public void WhoHasReadHalfADirectoryBeforeItChangesLeavesNothingOldToTheNext()
    {
        const int many = 5000;
        Share share = Mine(new Share(ShareKind.Tmpfs));
        Make(share, "first", 0, Files);
        Make(share, "many", 0, many);
        Thread.Sleep(s_untilKept);
        AssertSame(share, "first");
        using IEnumerator<string> half = System.IO.Directory.EnumerateFiles(share.MountPoint + "/many").GetEnumerator();
        Assert.True(half.MoveNext());
        for (int i = 0; i < many; i += 2)
            File.Delete($"{share.Directory}/many/f{i}");
        Thread.Sleep(s_untilKept);
        AssertSame(share, "many");
        while (half.MoveNext())
        {
        }

        half.Dispose();
        for (int i = 0; i < 3; i++)
            AssertSame(share, "many");
    }

    private static void KeepAll(Share share)
    {
        Make(share, "first", 0, Files);
        for (int i = 0; i < Directories; i++)
            Make(share, $"d{i}", i, i == 0 ? Directories : Files);
        Thread.Sleep(s_untilKept);
        AssertSame(share, "first"); // nothing was looked at: from now on names are all that this thread is given
        for (int i = 0; i < Directories; i++)
            AssertSame(share, $"d{i}");
        int read = Listings(share);
        for (int i = 0; i < Directories; i++)
            AssertSame(share, $"d{i}");
        Assert.InRange(Listings(share), read, read + (Directories / 2)); // what else goes on may have memory reclaimed
    }

    private static void Make(Share share, string directory, int from, int files)
    {
        Posix.Mkdir($"{share.Directory}/{directory}", Oct(755)).Ok();
        for (int i = from; i < from + files; i++)
            Posix.CreateFile($"{share.Directory}/{directory}/f{i}");
    }

    private static void Change(string directory, int turn)
    {
        switch (turn % 4)
        {
            case 0:
                Posix.CreateFile($"{directory}/new{turn}");
                break;
            case 1:
                Posix.Unlink($"{directory}/f{turn}").Ok();
                break;
            case 2:
                Posix.Rename($"{directory}/f{turn}", $"{directory}/renamed{turn}").Ok();
                break;
            default:
                Posix.Mkdir($"{directory}/sub{turn}", Oct(755)).Ok();
                break;
        }
    }

    private static void AssertSame(Share share, string directory) =>
        Assert.Equal(Names($"{share.Directory}/{directory}"), Names($"{share.MountPoint}/{directory}"));

    private static IEnumerable<string> Names(string directory) =>
        System.IO.Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    private static int Listings(Share share)
    {
        string json = MetaFsProgram.Run(null, "stats", "--json", share.MountPoint).MustSucceed();
        JsonElement requests = JsonDocument.Parse(json).RootElement.GetProperty("requests");
        return requests.GetProperty("READDIRPLUS").GetProperty("count").GetInt32();
    }
}

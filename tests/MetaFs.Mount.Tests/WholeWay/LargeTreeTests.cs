namespace MetaFs.Mount.Tests.WholeWay;

/// <summary>The daemon's descriptors are bounded whatever the number of files.</summary>
public sealed class LargeTreeTests(ITestOutputHelper output) : MountTest(output)
{
    private const int Directories = 2_000;
    private const int FilesEach = 99;
    private const int OpenFiles = 1024;

    [RootFact]
    [Trait("speed", "slow")]
    public void FindWalksTwoHundredThousandFilesWithFewDescriptors()
    {
        Workspace workspace = Mine(new Workspace());
        string share = workspace.MakeDirectory("share"), mountPoint = workspace.MakeDirectory("mnt");
        workspace.MakeDirectory("records", 700);
        Identity.Root.Run(() => MakeTree(share));
        MetaFsMount mount = Mine(MetaFsMount.Start(
            new MountPlan(share, mountPoint, workspace.Path + "/records/metafs.db") { OpenFiles = OpenFiles }));

        int most = 0;
        using CancellationTokenSource over = new();
        Thread sampler = new(() =>
        {
            while (!over.IsCancellationRequested)
            {
                most = Math.Max(most, Directory.EnumerateFileSystemEntries($"/proc/{mount.Pid}/fd").Count());
                Thread.Sleep(20);
            }
        });
        sampler.Start();
        try
        {
            Assert.Equal(Directories * (FilesEach + 1) + 1, CountNames(mountPoint));
            Assert.Equal(Directories * (FilesEach + 1) + 1, CountNames(mountPoint)); // warm
        }
        finally
        {
            over.Cancel();
            sampler.Join();
        }

        Output.WriteLine($"at most {most} descriptors");
        Assert.InRange(most, 1, OpenFiles - 1);
    }

    [RootFact]
    public void WhoOpensMoreThanTheDaemonCanGetsENFILEAndHarmsNobody()
    {
        Workspace workspace = Mine(new Workspace());
        string share = workspace.MakeDirectory("share"), mountPoint = workspace.MakeDirectory("mnt");
        workspace.MakeDirectory("records", 700);
        Mine(MetaFsMount.Start(
            new MountPlan(share, mountPoint, workspace.Path + "/records/metafs.db") { OpenFiles = 400 }));
        Posix.CreateFile(mountPoint + "/there", "text");
        List<int> open = [];
        for (int i = 0; i < 500; i++)
        {
            Errno errno = Posix.Open($"{mountPoint}/{i}", Posix.O_RDWR | Posix.O_CREAT, Oct(600), out int fd);
            if (errno == Errno.OK)
                open.Add(fd);
            else
                Assert.Equal(Errno.ENFILE, errno);
            Assert.Equal(errno == Errno.OK, File.Exists($"{share}/{i}"));
        }

        Assert.InRange(open.Count, 100, 399);
        Assert.Equal(4ul, Posix.Stat(mountPoint + "/there").Size);
        open.ForEach(fd => Posix.Close(fd).Ok());
        Patience.UntilPasses(() => Assert.Equal("text", File.ReadAllText(mountPoint + "/there"))); // RELEASE waits for nobody
    }

    private static int CountNames(string directory)
    {
        // -size makes find stat every name
        string count = Command.Bash(null, "find \"$1\" -size -100000 | wc -l", directory).MustSucceed();
        return int.Parse(count, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void MakeTree(string root)
    {
        for (int d = 0; d < Directories; d++)
        {
            string directory = d % 10 == 0 ? $"{root}/d{d}" : $"{root}/d{d - d % 10}/d{d}";
            Posix.Mkdir(directory, Oct(755)).Ok();
            for (int f = 0; f < FilesEach; f++)
                Posix.Close(Posix.Open($"{directory}/f{f}", Posix.O_WRONLY | Posix.O_CREAT, Oct(644))).Ok();
        }
    }
}

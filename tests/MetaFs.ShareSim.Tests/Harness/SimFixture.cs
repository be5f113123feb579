using System.Text;

namespace MetaFs.ShareSim.Tests.Harness;

/// <summary>A share for the tests of one class.</summary>
public sealed class SimFixture : IDisposable
{
    private readonly string _workspace;
    private readonly Lazy<ShareSimProcess> _process;
    private int _directories;

    public SimFixture()
    {
        string parent = Environment.GetEnvironmentVariable("METAFS_TEST_DIR") ?? "/var/tmp";
        _workspace = System.IO.Directory.CreateDirectory($"{parent}/sharesim-test.{Guid.NewGuid():N}"[..^22]).FullName;
        Backing = System.IO.Directory.CreateDirectory(_workspace + "/backing").FullName;
        MountPoint = System.IO.Directory.CreateDirectory(_workspace + "/mnt").FullName;

        // Not before a test runs: where all are skipped there is nothing to mount.
        _process = new Lazy<ShareSimProcess>(() => ShareSimProcess.Start(Backing, MountPoint));
    }

    public string Workspace => _workspace;

    public string Backing { get; }

    public string MountPoint { get; }

    public ShareSimProcess Process => _process.Value;

    /// <summary>A fresh directory without faults: its path from the share's root.</summary>
    public string Fresh()
    {
        Process.Ctl("clear");
        Process.Ctl("calls reset");
        string name = $"/d{_directories++}";
        System.IO.Directory.CreateDirectory(Backing + name);
        return name;
    }

    public void Dispose()
    {
        if (_process.IsValueCreated)
            _process.Value.Dispose();
        System.IO.Directory.Delete(_workspace, recursive: true);
    }
}

/// <summary>A test class with a share of its own; each test has a directory of it.</summary>
public abstract class SimTest(SimFixture sim) : IClassFixture<SimFixture>
{
    private string? _directory;

    protected SimFixture Sim { get; } = sim;

    /// <summary>From the share's root, for globs.</summary>
    protected string Directory => _directory ??= Sim.Fresh();

    /// <summary>A path through the mount.</summary>
    protected string At(string name) => $"{Sim.MountPoint}{Directory}/{name}";

    /// <summary>The same file, past the share.</summary>
    protected string Behind(string name) => $"{Sim.Backing}{Directory}/{name}";

    /// <summary>Adds faults; "HERE" in one stands for the test's directory.</summary>
    protected void Fault(params string[] faults)
    {
        foreach (string fault in faults)
            Sim.Process.Ctl(fault.Replace("HERE", Directory, StringComparison.Ordinal));
    }

    protected void MakeFile(string name, string text = "text") =>
        System.IO.File.WriteAllText(Behind(name), text, Encoding.ASCII);
}

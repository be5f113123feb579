using System.Diagnostics;

namespace MetaFs.Overlay.Tests.Harness;

/// <summary>A run of the test tool.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process _process;

    public ToolProcess(string[] arguments, string? library = null)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MetaFs.Overlay.TestTool.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (library is not null)
            start.Environment["METAFS_SQLITE"] = library;
        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Lets the tool end by itself.</summary>
    public void Release() => _process.StandardInput.WriteLine();

    /// <summary>SIGKILL; everything that was written to the pipe before can still be read.</summary>
    public string Kill()
    {
        _process.Kill();
        string rest = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return rest;
    }

    public int WaitForExit()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

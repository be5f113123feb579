// The mounts of this machine: who answers, who has died, who hangs.
using System.Globalization;
using MetaFs.Cli.Mounting;
using MetaFs.Linux;
using MetaFs.Passthrough.Control;

namespace MetaFs.Cli.Doctoring;

/// <summary>Looks at every MetaFs mount.</summary>
internal sealed class MountChecks
{
    // A thread cannot be called back from a system call on a hung mount.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>The databases of mounts that answer.</summary>
    public List<string> Databases { get; } = [];

    public IEnumerable<Diagnosis> Run()
    {
        int mounts = 0;
        List<Diagnosis> troubles = [];
        foreach (MountEntry entry in MountInfo.Read().Where(static e => e.Type == MountPlaces.FileSystemType))
        {
            mounts++;
            if (Look(ByteText.FromBytes(entry.MountPoint)) is { } trouble)
                troubles.Add(trouble);
        }

        string count = string.Create(CultureInfo.InvariantCulture, $"{mounts}, {troubles.Count} to look after");
        return troubles.Prepend(Diagnosis.Ok("mounts", mounts == 0 ? "none" : count));
    }

    private Diagnosis? Look(string mountPoint)
    {
        Errno errno = Errno.OK;
        ControlInfo? info = null;
        var look = new Thread(() => errno = ControlClient.Info(
            CString.FromTerminated(ByteText.ToTerminated(mountPoint)), out info))
        {
            IsBackground = true,
        };
        look.Start();
        string shown = ByteText.ForDisplay(mountPoint);
        if (!look.Join(s_patience))
            return Diagnosis.Fail(
                "hung mount", $"{shown} does not answer within {s_patience.TotalSeconds:0} s",
                $"look at its share; to give it up: metafs umount -l {shown}");
        if (errno is Errno.ENOTCONN or Errno.ECONNABORTED)
            return Diagnosis.Fail("dead mount", $"{shown}: its daemon has died", $"metafs umount {shown}, then mount again");
        if (errno is Errno.EACCES or Errno.EPERM)
            return null;
        if (errno != Errno.OK)
            return Diagnosis.Warn("mount", $"{shown}: {ControlClient.Explain(errno)}", $"metafs umount {shown}");
        Databases.Add(info!.Database);
        string served = Release(info.Version);
        string here = Release(VersionCommand.ProgramVersion);
        return served == here
            ? null
            : Diagnosis.Warn(
                "other version", $"{shown} is served by version {served}, this is {here}",
                $"when it suits: metafs umount {shown}, then mount again");
    }

    // Without the commit that it was built from.
    private static string Release(string version) => version.Split('+')[0];
}

// The databases of this machine: sound, private, with room to grow.
using System.Globalization;
using MetaFs.Cli.Statistics;
using MetaFs.Cli.Terminals;
using MetaFs.Overlay;

namespace MetaFs.Cli.Doctoring;

/// <summary>Looks at the databases of the default directory and of live mounts.</summary>
/// <param name="directory">The default directory.</param>
/// <param name="mounted">Databases of mounts.</param>
/// <param name="progress">Each is read as a whole.</param>
internal sealed class DatabaseChecks(string directory, IEnumerable<string> mounted, Progress progress)
{
    private const string Name = "database";
    private const long LittleRoom = 100L << 20;
    private const long LongLog = 256L << 20;
    private const uint Others = 0x3F;

    public IEnumerable<Diagnosis> Run()
    {
        string[] files = [.. mounted.Concat(InDirectory()).Distinct().Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            yield return Diagnosis.Ok("databases", $"none in {directory} yet");
        for (int i = 0; i < files.Length; i++)
        {
            progress.Report(i, files.Length, "databases", ByteText.ToBytes(files[i]));
            foreach (Diagnosis diagnosis in Look(files[i]))
                yield return diagnosis;
        }
    }

    private string[] InDirectory()
    {
        try
        {
            return Directory.Exists(directory) ? Directory.GetFiles(directory, "*.db") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<Diagnosis> Look(string file)
    {
        Diagnosis content = Content(file);
        yield return content;
        if (content.Health != Health.Ok)
            yield break;
        if ((MachineChecks.ModeOf(file) & Others) != 0)
            yield return Diagnosis.Warn(Name, $"{file} can be read by others", $"chmod 600 {file}");
        long room = new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace;
        if (room < LittleRoom)
            yield return Diagnosis.Warn(
                Name, $"{file}: its disk has {AmountText.Bytes(room)} left; without room chown and chmod fail",
                "make room, or move the database to another disk (db=FILE)");
        var log = new FileInfo(file + "-wal");
        if (log.Exists && log.Length > LongLog)
            yield return Diagnosis.Warn(
                Name, $"{log.FullName} has {AmountText.Bytes(log.Length)}: some program reads the database for very long",
                "end that program; fuser FILE names it");
    }

    private static Diagnosis Content(string file)
    {
        try
        {
            using OverlayReader reader = OverlayReader.Open(file);
            IReadOnlyList<string> findings = reader.Check();
            if (findings.Count > 0)
                return Diagnosis.Fail(Name, $"{file} is damaged: {findings[0]}", "restore a copy (metafs backup made one?)");
            OverlayCounts counts = reader.Counts();
            return Diagnosis.Ok(Name, string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: sound, {counts.Records:N0} record{(counts.Records == 1 ? "" : "s")}, "
                + $"{counts.Quarantined:N0} in quarantine"));
        }
        catch (OverlayException e)
        {
            // The message has its own cure, after the first clause.
            string[] parts = e.Message.Split("; ", 2);
            return Diagnosis.Warn(Name, parts[0], parts.Length > 1 ? parts[1] : "see metafs fsck --db " + file);
        }
    }
}

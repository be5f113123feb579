// Whether a database is ours, and bringing it to the schema of this program.
using System.Globalization;

namespace MetaFs.Overlay;

/// <summary>The checks and steps between a file and the schema of this program.</summary>
internal static class OverlayMigration
{
    /// <summary>Refuses a database of another program or of a newer MetaFs; changes nothing.</summary>
    /// <returns>The schema's version; 0 for an empty file.</returns>
    public static int Check(SqliteDatabase database, string path)
    {
        long application = database.QueryInteger(OverlaySchema.GetApplicationId);
        if (application != OverlaySchema.ApplicationId
            && (application != 0 || database.QueryInteger(OverlaySchema.CountTables) != 0))
        {
            throw DatabaseFile.NotOurs(path);
        }

        long version = database.QueryInteger(OverlaySchema.GetVersion);
        if (version < 0 || version > OverlaySchema.Version)
        {
            throw new OverlayException(string.Create(
                CultureInfo.InvariantCulture,
                $"database {path} was written by a newer MetaFs (schema {version}, this one knows ")
                + string.Create(CultureInfo.InvariantCulture, $"{OverlaySchema.Version}); ")
                + "use that version, or give another db=FILE");
        }

        return (int)version;
    }

    /// <summary>Runs the missing migrations in one transaction: afterwards all of them are there, or none.</summary>
    public static void Migrate(SqliteDatabase database, int version, ReadOnlySpan<string> migrations)
    {
        if (version == migrations.Length)
            return;
        database.Execute(OverlaySchema.Begin);
        try
        {
            foreach (string migration in migrations[version..])
                database.Execute(migration);
            database.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA application_id = {OverlaySchema.ApplicationId}; PRAGMA user_version = {migrations.Length}"));
            database.Execute(OverlaySchema.Commit);
        }
        catch
        {
            database.AbandonTransaction();
            throw;
        }
    }
}

// Which SQLite library is loaded. Everything that touches SQLite calls Initialize first: functions that the runtime
// bound before the choice stay with the other library, and a connection of one crashes in a function of the other.
using System.Runtime.InteropServices;
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>The native SQLite library of this process.</summary>
/// <remarks>
/// The distribution's library gets security fixes, the bundled copy does not; so the distribution's is taken where it
/// is there and not older. <c>METAFS_SQLITE=bundled</c> in the environment asks for the bundled one.
/// </remarks>
public static class SqliteNative
{
    private const string SystemLibrary = "libsqlite3.so.0";
    private const string BundledLibrary = "bundled e_sqlite3";

    // sqlite3_libversion_number() of the copy in SQLitePCLRaw.lib.e_sqlite3 2.0.6.
    private const int BundledVersion = 3_035_005;

    private static readonly Lazy<string> s_library = new(Load);

    private delegate int VersionNumber();

    /// <summary>Which library is used: the distribution's name for it, or "bundled e_sqlite3".</summary>
    public static string Library => s_library.Value;

    /// <summary>Its version, e.g. "3.40.1".</summary>
    public static string Version
    {
        get
        {
            Initialize();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    /// <summary>Chooses the library; later calls do nothing.</summary>
    internal static void Initialize() => _ = s_library.Value;

    private static string Load()
    {
        nint system = Environment.GetEnvironmentVariable("METAFS_SQLITE") == "bundled" ? 0 : LoadSystem();

        // 0 sends the runtime on to its own search, which finds the bundled copy beside the program.
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? system : 0);
        Batteries_V2.Init();
        return system != 0 ? SystemLibrary : BundledLibrary;
    }

    private static nint LoadSystem()
    {
        if (!NativeLibrary.TryLoad(SystemLibrary, out nint library))
            return 0;
        if (NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out nint function)
            && Marshal.GetDelegateForFunctionPointer<VersionNumber>(function)() >= BundledVersion)
        {
            return library;
        }

        NativeLibrary.Free(library);
        return 0;
    }
}

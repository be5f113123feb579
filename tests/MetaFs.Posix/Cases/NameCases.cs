// Which bytes a name may have, and how many
namespace MetaFs.Posix.Cases;

internal static class NameCases
{
    public static IEnumerable<Case> Keeps()
    {
        yield return Of("Plain", "name", ".hidden", "-dash", "a b", "UPPER", "..dots", "~");
        yield return Of("OfShells", "#x", "$(x)", "'", "%s", "&;");
        yield return Of("Utf8", "\xC3\xA4\xC3\xB6", "\xE6\x97\xA5\xE6\x9C\xAC");
        yield return Of("AnyBytes", [Need.AnyBytes], "\xFF", "\xC3", "a\xFE\xFF", "\x80");
        yield return Of("Backslash", [Need.Backslash], "a\\b", "\\");
        yield return Of(
            "ForbiddenCharacters", [Need.ForbiddenCharacters], "a:b", "*", "?", "a<b>", "|", "\"", "a\nb", "\x01");
        yield return Of("TrailingDots", [Need.TrailingDots], "dot.", "space ", "...", " ");
        yield return Of("Long", [Need.LongNames], new string('n', 255), "." + new string('m', 254));
        yield return Of("OfWindowsDevices", [Need.DeviceNames], "nul", "con", "aux.txt", "com1");
    }

    private static Case Of(string name, params string[] names) => Of(name, [], names);

    private static Case Of(string name, Need[] needs, params string[] names) => new($"Keeps.{name}", needs, d =>
    {
        foreach (string one in names)
        {
            d.Row = one;
            d.File(one, "content");
            d.Chmod(one, 604).Ok();
            d.Utimens(one, 11, 22).Ok();
        }

        string.Join('\0', d.Names()).Is(string.Join('\0', names.Order(StringComparer.Ordinal)));
        foreach (string one in names)
        {
            d.Row = one;
            d.Stat(one).Mode.Is(604);
            d.Stat(one).Mtime.Is(22);
            d.Rename(one, "renamed").Ok();
            d.Rename("renamed", one).Ok();
            d.Content(one).Is("content");
            d.Unlink(one).Ok();
        }
    });

    [Needs(Need.CaseSensitiveNames)]
    public static void CaseMakesTwoNames(CaseDirectory d)
    {
        d.File("name", "lower", 600);
        d.File("NAME", "upper", 640);
        d.Content("name").Is("lower");
        d.Stat("NAME").Mode.Is(640);
        d.Unlink("NAME").Ok();
        d.Stat("name").Mode.Is(600);
    }

    [Needs(Need.CaseSensitiveNames)]
    public static void RenamingTheCase(CaseDirectory d)
    {
        d.File("name", "content", 604);
        d.Rename("name", "Name").Ok();
        string.Join(' ', d.Names()).Is("Name");
        d.Stat("Name").Mode.Is(604);
        d.TryStat("name", out _).Gives(ENOENT);
    }

    [Needs(Need.DeepTrees)]
    public static void BeyondPathMaxStepByStep(CaseDirectory d)
    {
        const int Levels = 24;
        CString name = CString.FromTerminated(CaseDirectory.Terminated(new string('d', 200)));
        CString file = CString.FromTerminated("file\0"u8);
        List<SafeFd> levels = [d.Fd];
        try
        {
            for (int i = 0; i < Levels; i++)
            {
                Libc.Mkdirat(levels[^1], name, 0x1ED).Ok();
                Libc.Openat(levels[^1], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, out SafeFd next).Ok();
                levels.Add(next);
            }

            Libc.Openat(levels[^1], file, O_RDWR | O_CREAT | O_CLOEXEC, 0x1A4, out SafeFd deep).Ok();
            using (deep)
            {
                deep.Write("deep").Ok();
                deep.Chmod(604).Ok();
                deep.Utimens(11, 22).Ok();
                deep.Stat().Mtime.Is(22);
            }

            Libc.Statx(levels[^1], file, AtFlags.None, StatxMask.STATX_BASIC_STATS, out Statx statx).Ok();
            new Status(statx).Mode.Is(604);
            new Status(statx).Mtime.Is(22);
            Libc.Unlinkat(levels[^1], file, AtFlags.None).Ok();
        }
        finally
        {
            levels.Skip(1).ToList().ForEach(one => one.Dispose());
        }
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace MetaFs.Mount.Tests.Mounting;

/// <summary>
/// Every field that a command's <c>--json</c> has, with its type, and that the manual names it: programs go by both. "[]"
/// stands for the elements of an array, "*" for any name, "?" behind a type for what need not be there.
/// </summary>
public sealed partial class JsonSchemaTests(ITestOutputHelper output) : MountingTest(output)
{
    private const string Attributes =
        "type string, mode integer, mode_octal string, uid integer, gid integer, size integer, ino integer, nlink integer, "
        + "atime_ns integer, mtime_ns integer, ctime_ns integer, btime_ns integer?";

    private const string Set = "set_at_ns integer, set_by integer";
    private const string Value = "value integer, reason string, errno string?, " + Set;
    private const string Both = "mount integer, share integer";
    private const string Record = "kind string, path string, volume integer, ino integer";
    private const string Transfer = "applied integer, unchanged integer, failed integer, dry_run boolean";
    private const string Identity = "file_system string, source string, root_ino integer, root_btime_ns integer";

    private static readonly Dictionary<string, string> s_schemas = new()
    {
        ["show"] =
            $"[].path string, [].path_b64 string, [].effective({Attributes}), [].share({Attributes}), "
            + $"[].record.uid({Value}, valid boolean), [].record.gid({Value}, valid boolean), "
            + $"[].record.mode({Value}, valid boolean), [].record.atime({Value}, valid boolean, why string?), "
            + $"[].record.mtime({Value}, valid boolean, why string?), [].has_record boolean, [].set_at_ns integer, "
            + "[].set_by integer, [].guard string, [].guard_holds boolean, "
            + "[].witness(mtime_ns integer, size integer, taken_at_ns integer, state string), "
            + "[].xattrs[](name string, size integer, removed boolean?), [].xattr_count integer, "
            + "[].error(errno string, message string)",
        ["list"] =
            $"[].path string, [].path_b64 string, [].volume integer, [].ino integer, [].type string, [].uid({Value}), "
            + $"[].gid({Value}), [].mode({Value}, octal string), [].atime({Value}), [].mtime({Value}), "
            + "[].placeholder(target string, target_b64 string?, major integer, minor integer), "
            + "[].xattrs[](name string, size integer, removed boolean?), [].ctime_ns integer, [].set_at_ns integer, "
            + "[].set_by integer, [].state string",
        ["diff"] =
            "mount_point string, share string, differences[](path string, path_b64 string, itemized string, on string, "
            + "type.mount string, type.share string, size.mount integer?, size.share integer?), "
            + $"differences[].mtime_ns({Both}), differences[].mode({Both}), differences[].uid({Both}), "
            + $"differences[].gid({Both}), differences[].atime_ns({Both}), names integer, different integer, unreadable integer",
        ["stats"] =
            "mount_point string, source string, file_system string, database string, version string, pid integer, "
            + "uptime_ns integer, requests.*(count integer, mean_ns integer, p50_ns integer, p90_ns integer, p99_ns integer, "
            + "max_ns integer, errors.* integer), attributes[](attribute string, outcome string, errno string?, count integer), "
            + "records integer, quarantined integer, passthrough boolean, counters.* integer",
        ["fsck"] =
            $"database string, share string, findings[]({Record}, path_b64 string?, renamed_to string?, "
            + "renamed_to_b64 string?, note integer?, problem boolean, detail string), "
            + "problems integer, names integer, records integer, found integer, not_comparable integer, elsewhere integer, "
            + "quarantined integer, orphan_xattrs integer, damaged_database integer, damaged_record integer, "
            + "unknown_volume integer, leftover integer, reused_inode integer, void_times integer, moved_file integer, "
            + "pending_rename integer, unsettled_rename integer, unreadable integer, "
            + $"repairs[]({Record}, renamed_to string?, renamed_to_b64 string?, note integer?, done string)",
        ["prune"] = $"database string, share string, gone[]({Record}), dropped integer, unreadable integer, dry_run boolean",
        ["prune --quarantine"] =
            "database string, quarantined[](name string, name_b64 string?, volume integer, ino integer, reason string, "
            + "moved_at_ns integer), dropped integer, dry_run boolean",
        ["backup"] = "database string, file string, records integer, quarantined integer, bytes integer",
        ["import"] = Transfer,
        ["apply"] = Transfer,
        ["rebind"] =
            $"database string, volume integer, before({Identity}), after({Identity}), records integer, fitting integer, "
            + "not_comparable integer, changed boolean, moved integer, lost_times[](path string, path_b64 string?), "
            + "unmatched[](path string, path_b64 string?, ino integer, why string), previous string",
        ["probe"] =
            "path string, file_system string, source string, uid integer, gid integer, local boolean, stable_inodes boolean, "
            + "facts.*(verdict string, errno string?, rounds_to_ns integer?, detail string, metafs string), "
            + "warnings[](name string?, text string?)",
        ["doctor"] = "checks[](name string, status string, detail string, cure string?), warnings integer, failures integer",
        ["version"] =
            "version string, runtime string, architecture string, sqlite string, sqlite_library string, fuse_protocol string",
    };

    private readonly List<string> _wrong = [];

    [RootFact]
    public void EveryCommandPrintsTheFieldsOfTheManualWithTheirTypes()
    {
        string copy = Workspace.MakeDirectory("copy");
        string dump = Records + "/dump";
        MountPlan plan = Plan with { Options = "chown=record,chmod=record,utimens=record,xattrs=overlay,objects=emulate" };
        MetaFsMount mount = Mine(MetaFsMount.Start(plan));
        Fill();
        Check("show", 1, "show", "--json", "-r", MountPoint, MountPoint + "/none");
        Check("list", 0, "list", "--json", "--valid", MountPoint, "--path", "*");
        Check("diff", 1, "diff", "--json", MountPoint);
        Check("stats", 0, "stats", "--json", MountPoint);
        Check("backup", 0, "backup", "--json", MountPoint, Records + "/copy.db");
        MetaFsProgram.Run(null, "export", MountPoint, "-o", dump).MustSucceed();
        Check("import", 0, "import", "--json", "--dry-run", dump, "--db", Records + "/other.db");
        Command.Run("rsync", "-a", Source + "/", copy + "/").MustSucceed();
        Check("apply", 1, "apply", "--json", "--dry-run", copy, "--from", MountPoint);
        Posix.Unlink(Source + "/gone").Ok();
        Check("prune", 0, "prune", "--json", "--dry-run", MountPoint);
        Check("fsck", 0, "fsck", "--json", "--repair", MountPoint);
        mount.Unmount();
        Posix.Unlink(copy + "/device").Ok();
        File.AppendAllText(copy + "/sub/void", "and more");
        Check("rebind", 0, "rebind", "--json", "--by-path", copy, "--db", Database);
        Check("prune --quarantine", 0, "prune", "--json", "--quarantine", "--yes", "--db", Database);
        Assert.Equal(0, JsonDocument.Parse(MetaFsProgram.Run(null, "fsck", "--json", "--db", Database).Output)
            .RootElement.GetProperty("quarantined").GetInt64());
        Check("probe", 0, "probe", "--json", Source);
        CommandResult doctor = MetaFsProgram.Run(null, "doctor", "--json"); // 0 or 1: of this machine
        Check("doctor", doctor.ExitCode, "doctor", "--json");
        Check("version", 0, "version", "--json");
        Assert.Equal([], _wrong);
    }

    [Fact]
    public void EveryFieldIsInTheManual()
    {
        string manual = File.ReadAllText(PublishedProgram.Checkout + "/docs/metafs.1.md");
        string json = manual[manual.IndexOf("## JSON", StringComparison.Ordinal)..];
        foreach ((string command, string schema) in s_schemas)
        {
            string paragraph = Paragraph().Matches(json).Select(match => match.Value)
                .First(text => text.Contains($"**metafs {command.Split(' ')[0]} --json**", StringComparison.Ordinal));
            foreach (string field in Rows(schema).Keys.SelectMany(path => path.Split('.', '[', ']')).Distinct())
            {
                // What names of any bytes have is said once for all.
                string text = field.EndsWith("_b64", StringComparison.Ordinal) ? json : paragraph;
                Assert.True(field is "" or "*" || text.Contains($"`{field}`", StringComparison.Ordinal), $"{command}: {field}");
            }
        }

        foreach (Match match in Commands().Matches(json))
            Assert.Contains(match.Groups[1].Value, s_schemas.Keys);
    }

    [GeneratedRegex(@"(\*\*metafs \w+ --json\*\*( and )?)+.*?(?=\n\*\*metafs|\nTypes are)", RegexOptions.Singleline)]
    private static partial Regex Paragraph();

    [GeneratedRegex(@"\*\*metafs (\w+) --json\*\*")]
    private static partial Regex Commands();

    /// <summary>Something of everything: names of any bytes, links, devices, attributes, times that hold and that do not.</summary>
    private void Fill()
    {
        Command.Run("sh", "-c", "cd \"$1\" && touch file gone moved \"$(printf 'b\\377')\" && mkdir sub && ln -s to link "
            + "&& mknod device c 1 3 && chown -h 5:6 * && chmod 640 file gone && touch -h -d @5 * && setfattr -n user.x -v y file sub "
            + "&& setfattr -n user.x -v y \"$(printf 'b\\377')\" && echo more >sub/void && touch -d @6 sub/void", "sh", MountPoint)
            .MustSucceed();
        File.AppendAllText(Source + "/moved", "the data changes behind the mount");
    }

    private void Check(string schema, int status, params string[] arguments)
    {
        CommandResult result = MetaFsProgram.Run(null, arguments);
        Assert.True(result.ExitCode == status, $"{result.Line}: status {result.ExitCode}: {result.Errors}{result.Output}");
        Dictionary<string, string> expected = Rows(s_schemas[schema]);
        HashSet<string> seen = [];
        List<string> wrong = [];
        Walk(JsonDocument.Parse(result.Output).RootElement, "", (path, type) =>
        {
            string? row = expected.Keys.FirstOrDefault(row => Fits(row, path));
            if (row is null)
                wrong.Add($"{path} {type} is not described");
            else if (expected[row].TrimEnd('?') != type)
                wrong.Add($"{path} is {type}, not {expected[row]}");
            else
                seen.Add(row);
        });
        wrong.AddRange(expected.Where(row => !row.Value.EndsWith('?') && !seen.Contains(row.Key)).Select(row => $"no {row.Key}"));
        if (wrong.Count > 0)
            Output.WriteLine(result.Output);
        _wrong.AddRange(wrong.Distinct().Select(what => $"{schema}: {what}"));
    }

    private static void Walk(JsonElement element, string path, Action<string, string> visit)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                    Walk(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", visit);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                    Walk(item, path + "[]", visit);
                break;
            case JsonValueKind.Number:
                visit(path, element.TryGetInt64(out _) || element.TryGetUInt64(out _) ? "integer" : "number");
                break;
            default:
                visit(path, element.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? "boolean" : element.ValueKind.ToString().ToLowerInvariant());
                break;
        }
    }

    private static bool Fits(string row, string path) =>
        Regex.IsMatch(path, "^" + Regex.Escape(row).Replace("\\*", "[^.]+", StringComparison.Ordinal) + "$");

    /// <summary>Paths and types of a schema; <c>a(b t, c t)</c> is <c>a.b t, a.c t</c>.</summary>
    private static Dictionary<string, string> Rows(string schema)
    {
        Dictionary<string, string> rows = [];
        foreach (Match match in Regex.Matches(schema, @"([^\s,()]+)\(([^()]*)\)|([^\s,()]+) (\w+\??)"))
        {
            if (match.Groups[3].Success)
                rows.Add(match.Groups[3].Value, match.Groups[4].Value);
            foreach ((string name, string type) in match.Groups[1].Success ? Rows(match.Groups[2].Value) : [])
                rows.Add($"{match.Groups[1].Value}.{name}", type);
        }

        return rows;
    }
}

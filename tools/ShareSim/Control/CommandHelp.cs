using MetaFs.ShareSim.Faults;

namespace MetaFs.ShareSim.Control;

/// <summary>The commands, for people.</summary>
internal static class CommandHelp
{
    /// <summary>Indented, so that none can be taken for the end of an answer.</summary>
    public static IEnumerable<string> Lines { get; } =
    [
        "  faults:",
        "    refuse CALL[,CALL...]|all ERRNO [calls RANGE] [on GLOB]",
        "    ignore chown|chmod|utimens[,...] [calls RANGE] [on GLOB]",
        "    delay CALL[,...]|all DURATION [calls RANGE] [on GLOB]",
        "    hang CALL[,...]|all [calls RANGE] [on GLOB]",
        "    disconnect [ERRNO]",
        "    round DURATION [on GLOB]             times shown are multiples of it",
        "    stamp close|DURATION [on GLOB]       written files get a new mtime then",
        "    skew DURATION [on GLOB]              the share's clock is ahead by it",
        "    cache DURATION [on GLOB]             the kernel keeps names and attributes",
        "    force [uid=ID] [gid=ID] [file=MODE] [dir=MODE] [on GLOB]",
        "    inodes backing|counter|reuse|forget|name",
        "    offset NUMBER [on GLOB]              added to inode numbers",
        "    btime hide|name|oldest|move [on GLOB]",
        "    delete listed|silly [on GLOB]        what unlink does to open files",
        "    replace ERRNO [on GLOB]              rename over an open file",
        "    lack links|symlinks|special|xattrs|tmpfile|renameflags|case [on GLOB]",
        "  other commands:",
        "    list                                 the faults, with their numbers",
        "    clear [ID]                           end one fault, or all",
        "    resume                               end every hang",
        "    connect                              end every disconnect",
        "    renumber [again]                     new inode numbers; again: from the first one",
        "    calls [reset]                        how often each call came",
        "    hanging                              the calls that hang now",
        "    log FILE|off                         a line per call",
        "  CALL: " + string.Join(' ', Enum.GetValues<Call>().Select(Words.Lower)),
        "  RANGE: N, N..M or N.. of the calls that match, counted from 1; DURATION: 100ns, 5us, 50ms, 2s",
        "  GLOB: from the share's root, /dir/*.txt; * stays within a name, ** does not; no slash: for the last name",
    ];
}

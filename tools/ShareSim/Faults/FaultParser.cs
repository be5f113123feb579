namespace MetaFs.ShareSim.Faults;

/// <summary>Reads one command that makes a fault.</summary>
internal static class FaultParser
{
    private static readonly Dictionary<string, Func<Clauses, Fault>> s_verbs = new(StringComparer.Ordinal)
    {
        ["refuse"] = one => new RefuseFault(
            one.Text, one.On, one.Calls(), one.Range, Words.Errno(one.Next("an errno"))),
        ["ignore"] = Ignore,
        ["delay"] = one => new DelayFault(
            one.Text, one.On, one.Calls(), one.Range, Words.Duration(one.Next("a duration"))),
        ["hang"] = one => new HangFault(one.Text, one.On, one.Calls(), one.Range),
        ["disconnect"] = Disconnect,
        ["round"] = one => new RoundFault(one.Text, one.On, AtLeastOne(one.Next("a duration"))),
        ["stamp"] = Stamp,
        ["skew"] = one => new SkewFault(one.Text, one.On, Words.Duration(one.Next("a duration"), negative: true)),
        ["cache"] = one => new CacheFault(one.Text, one.On, Words.Duration(one.Next("a duration"))),
        ["force"] = Force,
        ["inodes"] = one => new InodesFault(one.Text, one.NextOf<InodeSource>("numbering")),
        ["offset"] = one => new OffsetFault(one.Text, one.On, Words.Number(one.Next("a number"))),
        ["btime"] = one => new BirthFault(one.Text, one.On, one.NextOf<BirthTimes>("kind of creation time")),
        ["delete"] = one => new DeleteFault(one.Text, one.On, one.NextOf<DeleteWay>("way to delete")),
        ["replace"] = one => new ReplaceFault(one.Text, one.On, Words.Errno(one.Next("an errno"))),
        ["lack"] = one => new LackFault(one.Text, one.On, one.NextOf<Feature>("feature")),
    };

    /// <summary>The first words of commands that make faults.</summary>
    public static IEnumerable<string> Verbs => s_verbs.Keys;

    public static bool IsVerb(string word) => s_verbs.ContainsKey(word);

    /// <exception cref="SyntaxException">It is none.</exception>
    public static Fault Parse(string text)
    {
        var clauses = new Clauses(text);
        string verb = clauses.Next("a fault");
        if (!s_verbs.TryGetValue(verb, out Func<Clauses, Fault>? make))
            throw Words.Unknown("fault", verb, Verbs);
        Fault fault = make(clauses);
        clauses.MustBeDone(takesCalls: fault is CallFault, takesPaths: fault is not InodesFault);
        return fault;
    }

    private static IgnoreFault Ignore(Clauses one)
    {
        string word = one.Next("a call");
        CallSet calls = CallSet.Parse(word);
        return calls.IsWithin(IgnoreFault.Possible)
            ? new IgnoreFault(one.Text, one.On, calls, one.Range)
            : throw Words.Unknown("call to ignore", word, ["chown", "chmod", "utimens"]);
    }

    private static RefuseFault Disconnect(Clauses one)
    {
        Errno errno = one.NextOrNull() is { } word ? Words.Errno(word) : Errno.ENOTCONN;
        return new RefuseFault(one.Text, one.On, CallSet.All, one.Range, errno) { IsDisconnection = true };
    }

    private static StampFault Stamp(Clauses one)
    {
        string when = one.Next("'close' or a duration");
        return new StampFault(one.Text, one.On, when == "close" ? 0 : Words.Duration(when));
    }

    private static ForceFault Force(Clauses one)
    {
        var fault = new ForceFault(one.Text, one.On, null, null, null, null);
        string word = one.Next("uid=, gid=, file= or dir=");
        for (string? next = word; next is not null; next = one.NextOrNull())
        {
            string[] pair = next.Split('=', 2);
            string value = pair.Length == 2 ? pair[1] : "";
            fault = pair[0] switch
            {
                "uid" => fault with { Uid = Words.Id(value) },
                "gid" => fault with { Gid = Words.Id(value) },
                "file" => fault with { FileMode = Words.Mode(value) },
                "dir" => fault with { DirMode = Words.Mode(value) },
                _ => throw Words.Unknown("attribute to force", next, ["uid=ID", "gid=ID", "file=MODE", "dir=MODE"]),
            };
        }

        return fault;
    }

    private static long AtLeastOne(string word) =>
        Words.Duration(word) is > 0 and var unit
            ? unit
            : throw new SyntaxException($"times cannot be rounded to '{word}'");

    /// <summary>A command's words, its "calls RANGE" and "on GLOB" taken off.</summary>
    private sealed class Clauses
    {
        private readonly Queue<string> _words;
        private readonly bool _hasCalls;
        private readonly bool _hasPaths;

        public Clauses(string text)
        {
            Text = text.Trim();
            string head = Text;

            // A name may hold blanks, so the pattern is the rest of the line.
            int at = Text.IndexOf(" on ", StringComparison.Ordinal);
            if (at >= 0)
            {
                _hasPaths = true;
                On = PathGlob.Parse(Text[(at + 4)..].Trim());
                head = Text[..at];
            }

            List<string> words = [.. head.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
            int calls = words.IndexOf("calls");
            if (calls >= 0)
            {
                _hasCalls = true;
                Range = CallRange.Parse(calls + 1 < words.Count ? words[calls + 1] : "");
                words.RemoveRange(calls, 2);
            }

            _words = new Queue<string>(words);
        }

        public string Text { get; }

        public PathGlob On { get; } = PathGlob.Any;

        public CallRange Range { get; } = CallRange.Every;

        public string Next(string what) =>
            NextOrNull() ?? throw new SyntaxException($"'{Text}': {what} is missing");

        public string? NextOrNull() => _words.TryDequeue(out string? word) ? word : null;

        public CallSet Calls() => CallSet.Parse(Next("a call"));

        public T NextOf<T>(string what)
            where T : struct, Enum => Words.OneOf<T>(Next($"a {what}"), what);

        public void MustBeDone(bool takesCalls, bool takesPaths)
        {
            if (_words.TryPeek(out string? left))
                throw new SyntaxException($"'{left}' is one word too many in '{Text}'");
            if (_hasCalls && !takesCalls)
                throw new SyntaxException($"'{Text}': this fault is of no call, so 'calls' means nothing here");
            if (_hasPaths && !takesPaths)
                throw new SyntaxException($"'{Text}': this fault is of the whole share, so 'on' means nothing here");
        }
    }
}

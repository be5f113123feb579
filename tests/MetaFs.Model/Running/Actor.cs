using MetaFs.Model.Checks;
using MetaFs.Model.Operations;
using MetaFs.Model.State;

namespace MetaFs.Model.Running;

/// <summary>One thread's share of the load: does operations one after another and knows what its files must show.</summary>
internal sealed partial class Actor : IDisposable
{
    private readonly ActorPlan _plan;
    private readonly Comparison _comparison;
    private readonly Generator _generator;
    private readonly Journal? _journal;
    private readonly Action<Difference> _report;
    private Executor? _executor;
    private Tree _tree;
    private Operation? _inFlight;
    private long _inFlightStart;
    private Operation? _last;
    private bool _isLost;
    private volatile Operation? _current;
    private long _operations;
    private long _checks;

    public Actor(ActorPlan plan, Action<Difference> report)
    {
        _plan = plan;
        _report = report;
        _comparison = new Comparison(plan.Without);
        _tree = new Tree(new Rules(plan.Umask, plan.Without));
        _generator = new Generator(() => _tree, plan.Prefix, plan.Index, plan.Seed, plan.Without);
        _journal = plan.Journal is null ? null : Journal.Create(plan.Journal, plan.Prefix, plan.Umask, plan.Without);
    }

    public string Prefix => _plan.Prefix;

    public long Operations => Interlocked.Read(ref _operations);

    public long Checks => Interlocked.Read(ref _checks);

    /// <summary>What it is doing; null: nothing.</summary>
    public string? Current => _current?.ToString();

    /// <summary>How the daemon's death showed itself; OK: not yet.</summary>
    public Errno HaltedBy { get; private set; }

    /// <summary>When, ns since the epoch.</summary>
    public long HaltedAt { get; private set; }

    public int HalfMade { get; private set; }

    /// <summary>Opens the run's directory, and with it the mount that is there now.</summary>
    public void Open()
    {
        _executor?.Dispose();
        _executor = new Executor(Directories.Open(_plan.Directory), _plan.Without);
    }

    /// <summary>Does operations until told to stop, until there are enough, or until the daemon is dead.</summary>
    public void Run(Func<bool> isStopped)
    {
        HaltedBy = Errno.OK;
        while (!isStopped() && !_isLost && HaltedBy == Errno.OK && (_plan.Most == 0 || Operations < _plan.Most))
            Step(_generator.Next());
        _current = null;
    }

    /// <summary>Lets go of the mount: handles and all. What only they led to is gone.</summary>
    public void LetGo()
    {
        _executor?.Dispose();
        _executor = null;
        if (_inFlight is not null)
            return;
        _tree.DropHandles();
    }

    /// <summary>Holds everything against the model.</summary>
    public void Verify()
    {
        if (_isLost)
            return;
        using SafeFd? share = _plan.Share is null ? null : Directories.Open(_plan.Share);
        Tree? after = null;
        if (_inFlight is { } inFlight)
        {
            after = _tree.Copy();
            after.Apply(inFlight, _inFlightStart, inFlight.Length);
            after.DropHandles();
            _tree.DropHandles();
        }

        Verification verification = new(_executor!.Root, share, Prefix, _comparison);
        List<Difference> found = verification.Run(_tree, after, _inFlight, out _tree);
        Interlocked.Add(ref _checks, verification.Checks);
        HalfMade += verification.HalfMade;
        string last = _inFlight is null ? $"last: {_last}" : $"in flight: {_inFlight}";
        foreach (Difference one in found)
            Report(one with { History = [.. one.History, last] });
        CheckHandles();
        _inFlight = null;
        _journal?.EverythingWasRead();
    }

    public void Dispose()
    {
        _executor?.Dispose();
        _journal?.Dispose();
    }

    private void Step(Operation operation)
    {
        _current = operation;
        if (operation.Kind is OperationKind.Stat or OperationKind.Peek or OperationKind.ReadXattrs)
        {
            Check(operation);
        }
        else
        {
            Errno predicted = _tree.Predict(operation);
            Inode? target = _tree.TargetOf(operation);
            target?.Remember(operation.ToString());
            long start = Libc.TickNanoseconds();
            _journal?.Begun(operation, start);
            Errno errno = Do(operation, target, out long count);
            if (IsDeath(errno, predicted) || IsCutShort(operation, errno, count))
            {
                Halt(operation, start, errno == Errno.OK ? Errno.ENOTCONN : errno);
                return;
            }

            _journal?.Ended(errno, count);
            _last = operation;
            if (errno != predicted)
                Lose(operation, predicted, errno);
            else if (errno == Errno.OK)
                Applied(operation, start, count);
        }

        Interlocked.Increment(ref _operations);
    }

    private Errno Do(Operation operation, Inode? target, out long count)
    {
        count = 0;
        return operation.Reads
            ? Read(operation, target)
            : _executor!.Execute(operation, target?.Data.Length ?? 0, out count);
    }

    private void Applied(Operation operation, long start, long count)
    {
        long wanted = operation.Kind is OperationKind.Write or OperationKind.CopyRange ? operation.Length : 0;
        bool isShort = count < wanted && (operation.Kind == OperationKind.Write || count == 0);
        if (isShort)
            Report(new Difference(operation.Path, "count", $"{wanted}", $"{count}") { History = [operation.ToString()] });
        _tree.Apply(operation, start, count);
        if (operation.Kind is OperationKind.Create or OperationKind.Mkdir or OperationKind.Mknod or OperationKind.Symlink)
            _tree.Find(operation.Path)!.Remember(operation.ToString());
    }

    /// <summary>
    /// A dead mount answers so; a live one does not, and then it is a difference like any other. ECANCELED is a request that
    /// io_uring had for a thread that died (fs/fuse/dev_uring.c, fuse_uring_send_in_task).
    /// </summary>
    private bool IsDeath(Errno errno, Errno predicted) =>
        (_plan.MayDie || _journal is not null) && errno != predicted
        && errno is Errno.ENOTCONN or Errno.ECONNABORTED or Errno.EIO or Errno.EFAULT or Errno.EINTR
            or Errno.ECANCELED;

    // A write may go out in several requests (fs/fuse/file.c, fuse_perform_write); write(2) tells of those before the last.
    private bool IsCutShort(Operation operation, Errno errno, long count) =>
        (_plan.MayDie || _journal is not null) && errno == Errno.OK && operation.Kind == OperationKind.Write
        && count < operation.Length;

    private void Halt(Operation operation, long start, Errno errno)
    {
        HaltedAt = Libc.RealtimeNanoseconds();
        HaltedBy = errno;
        if (operation.Reads && _tree.Predict(operation) == Errno.OK)
            _tree.Apply(operation, start, 0); // perhaps
        _inFlight = operation.Changes && _tree.Predict(operation) == Errno.OK ? operation : null;
        _inFlightStart = start;
    }

    // From here on nothing is known for sure.
    private void Lose(Operation operation, Errno predicted, Errno errno)
    {
        _isLost = true;
        IReadOnlyList<string> history = [.. _tree.TargetOf(operation)?.History ?? [], operation.ToString()];
        string path = operation.Path.Length > 0 ? operation.Path : $"handle {operation.Handle}";
        Report(new Difference(path, operation.Kind.ToString(), predicted.ToString(), errno.ToString())
        {
            Harm = Harm.Errno,
            History = history,
        });
    }

    private void Report(Difference difference) => _report(difference);
}

/// <summary>Who an actor is and what it may do.</summary>
internal sealed record ActorPlan(string Directory, string Prefix, int Index, int Seed, uint Umask, HashSet<string> Without)
{
    /// <summary>How many operations; 0: no end.</summary>
    public long Most { get; init; }

    /// <summary>The run's directory on the bare share, where the mount may die.</summary>
    public string? Share { get; init; }

    public string? Journal { get; init; }

    /// <summary>Whether the errnos of a dead mount are an end and no difference.</summary>
    public bool MayDie { get; init; }
}

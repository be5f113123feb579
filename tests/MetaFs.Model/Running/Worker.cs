using System.Globalization;
using MetaFs.Model.Checks;

namespace MetaFs.Model.Running;

/// <summary>A worker process: told by lines on standard input what to do, telling by lines what came of it.</summary>
internal sealed class Worker
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);

    private readonly Actor[] _actors;
    private readonly Lock _output = new();
    private volatile bool _isStopped;

    private Worker(Options options)
    {
        int process = (int)options.Number("index", 0);
        int threads = (int)options.Number("threads", 1);
        uint umask = ((uint[])[0x12, 0, 0x3F, 0x17])[process % 4]; // 022 0 077 027
        Libc.Umask(umask);
        _actors = [.. Enumerable.Range(0, threads).Select(thread => new Actor(
            new ActorPlan(
                options.Required("directory"),
                $"w{process}.{thread}.",
                (process * threads) + thread,
                (int)options.Number("seed", 0) + (1000 * process) + thread,
                umask,
                [.. options.List("without")])
            {
                Most = options.Number("operations", 0),
                Share = options.Get("share"),
                Journal = options.Get("journal"),
                MayDie = options.Has("may-die"),
            },
            Tell))];
    }

    public static int Execute(IReadOnlyList<string> arguments)
    {
        Options options = new(
            arguments,
            ["may-die"],
            ["directory", "index", "threads", "seed", "operations", "without", "share", "journal"]);
        Worker worker = new(options);
        using Timer beat = new(_ => worker.Beat(), null, s_beat, s_beat);
        worker.Listen();
        foreach (Actor actor in worker._actors)
            actor.Dispose();
        return 0;
    }

    private void Listen()
    {
        Thread[] threads = [];
        while (Console.In.ReadLine() is { } command)
        {
            switch (command)
            {
                case "open":
                    ForEach(actor => actor.Open());
                    break;
                case "go":
                    _isStopped = false;
                    threads = Start(actor => actor.Run(() => _isStopped));
                    break;
                case "wait":
                    Thread[] running = threads;
                    new Thread(() => Await(running)).Start();
                    continue; // to hear "stop"
                case "stop":
                    _isStopped = true;
                    Join(threads);
                    break;
                case "let-go":
                    ForEach(TellHow);
                    break;
                case "verify":
                    ForEach(actor => actor.Verify());
                    break;
                default:
                    throw new UsageException($"unknown command {command}");
            }

            Beat();
            Say($"done {command}");
        }
    }

    private void Await(Thread[] threads)
    {
        Join(threads);
        Beat();
        Say("done wait");
    }

    private void TellHow(Actor actor)
    {
        if (actor.HaltedBy != Errno.OK)
            Say($"halted {actor.Prefix} {actor.HaltedBy} {actor.HaltedAt}");
        actor.LetGo();
    }

    private Thread[] Start(Action<Actor> action)
    {
        Thread[] threads = [.. _actors.Select(actor => new Thread(() => Guarded(actor, action)))];
        foreach (Thread thread in threads)
            thread.Start();
        return threads;
    }

    private void ForEach(Action<Actor> action) => Join(Start(action));

    private static void Join(Thread[] threads)
    {
        foreach (Thread thread in threads)
            thread.Join();
    }

    // A bug of the model itself must not look like a clean run.
    private void Guarded(Actor actor, Action<Actor> action)
    {
        try
        {
            action(actor);
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            Tell(new Difference(actor.Prefix, "model", "no exception", e.ToString()) { Harm = Harm.Errno });
        }
    }

    private void Tell(Difference difference) =>
        Say($"difference {difference.Harm} {ByteString.Escape(difference.ToString())}");

    private void Beat()
    {
        foreach (Actor actor in _actors)
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"beat {actor.Prefix} {actor.Operations} {actor.Checks} {actor.HalfMade} {actor.Current}"));
        }
    }

    private void Say(string line)
    {
        lock (_output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}

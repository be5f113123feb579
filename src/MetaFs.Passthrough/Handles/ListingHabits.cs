using MetaFs.Fuse;

namespace MetaFs.Passthrough.Handles;

/// <summary>Which threads list directories for the names alone, as <c>find</c> does, and never look at what has them.</summary>
/// <remarks>
/// The kernel asks for attributes along with the first names of every directory (fs/fuse/readdir.c, fuse_use_readdirplus), and
/// they are the dearest part of a listing: a statx, a node and a record for each. Whoever wants them makes no request for
/// them afterwards, and neither does who does not. So one entry of a directory with many goes without: if its thread looks
/// it up, it wants the others too; if it goes on to the next directory without, that one's files go by name alone, until one
/// of them is looked up. Guessing wrong costs one LOOKUP per directory, or those of one directory's files.
/// </remarks>
internal sealed class ListingHabits
{
    /// <summary>The file of a directory that goes without attributes, counted from 1. In smaller ones a LOOKUP would tell in costs.</summary>
    public const int Sample = 16;

    private const int Threads = 64;

    private readonly Habit[] _habits;

    public ListingHabits()
    {
        _habits = new Habit[Threads];
        for (int i = 0; i < Threads; i++)
            _habits[i] = new Habit();
    }

    /// <summary>A thread lists a directory from its start.</summary>
    /// <param name="thread">Its number; 0: of another pid namespace, whose threads are not told apart.</param>
    /// <returns>Whether it wants names alone.</returns>
    public bool Begin(uint thread)
    {
        Habit habit = _habits[thread % Threads];
        lock (habit)
        {
            habit.WantsNames = habit.GoesOnByName(thread);
            habit.Thread = thread;
            habit.Directory = 0;
            habit.HasLooked = false;
            return habit.WantsNames;
        }
    }

    /// <summary>Whether a thread will want names alone of the directory that it opens.</summary>
    public bool Expect(uint thread)
    {
        Habit habit = _habits[thread % Threads];
        if (Volatile.Read(ref habit.Thread) != thread)
            return false;
        lock (habit)
            return habit.GoesOnByName(thread);
    }

    /// <summary>An entry of the directory went to the thread without its attributes.</summary>
    public void LeftOut(uint thread, NodeId directory)
    {
        Habit habit = _habits[thread % Threads];
        lock (habit)
        {
            if (habit.Thread == thread)
                habit.Directory = directory.Value;
        }
    }

    /// <summary>A thread looks a name of a directory up.</summary>
    public void LookedUp(uint thread, NodeId directory)
    {
        Habit habit = _habits[thread % Threads];
        if (Volatile.Read(ref habit.Thread) != thread)
            return;
        lock (habit)
            habit.HasLooked |= habit.Thread == thread && habit.Directory == directory.Value;
    }

    /// <summary>Guarded by its own monitor.</summary>
    private sealed class Habit
    {
        public uint Thread;

        /// <summary>The last directory of which an entry was left out; 0: of none since the last one was begun.</summary>
        public ulong Directory;

        /// <summary>Whether a name of it was looked up since.</summary>
        public bool HasLooked;

        public bool WantsNames;

        public bool GoesOnByName(uint thread) =>
            Thread == thread && thread != 0 && (Directory == 0 ? WantsNames : !HasLooked);
    }
}

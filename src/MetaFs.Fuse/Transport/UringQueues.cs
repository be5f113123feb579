// Which queues of FUSE over io_uring there are, and how many threads each of them gets.
using System.Globalization;
using MetaFs.Fuse.Abi;
using MetaFs.Linux;

namespace MetaFs.Fuse.Transport;

/// <summary>Opens the entries of all queues, or finds out that the device is the better way.</summary>
internal static class UringQueues
{
    // A processor whose threads are all stuck in a slow share keeps its other callers waiting, whatever others have left.
    private const int FewestPerProcessor = 8;

    /// <summary>Entries for all queues, the first of each queue first.</summary>
    /// <param name="device">The connection, before the answer to INIT.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="queues">How many queues there are: one for each processor that could ever be.</param>
    /// <returns>None: too many processors for that number, or a system without io_uring for us.</returns>
    public static IReadOnlyList<IRequestChannel> OpenAll(SafeFd device, int most, out int queues)
    {
        queues = PossibleProcessors();
        if (queues == 0 || Libc.SchedGetaffinity(out IReadOnlyList<int> usable) != Errno.OK)
            return [];
        int[] plan = Plan(queues, usable, most);
        if (plan.Length == 0 || !MayCommand(device))
            return [];
        List<UringChannel> channels = [];
        foreach (int queue in plan)
        {
            if (IoUring.Create(out IoUring? ring) == Errno.OK)
            {
                channels.Add(new UringChannel(device, ring!, (ushort)queue, isBound: usable.Contains(queue)));
                continue;
            }

            foreach (UringChannel channel in channels)
                channel.Dispose();
            return [];
        }

        return channels;
    }

    /// <summary>Registers for a queue that cannot be: the kernel then goes back to the device (fuse_uring_cmd).</summary>
    public static void Refuse(SafeFd device) => _ = Command(device, ushort.MaxValue);

    /// <summary>The queue of each entry. The kernel wants one for every processor, but only usable ones have callers.</summary>
    /// <param name="queues">How many queues there are.</param>
    /// <param name="usable">The processors that are online, and ours.</param>
    /// <param name="most">How many entries at most.</param>
    /// <returns>None: not enough for each usable one.</returns>
    internal static int[] Plan(int queues, IReadOnlyList<int> usable, int most)
    {
        if (usable.Count == 0 || usable[^1] >= queues || ((most - queues) / usable.Count) + 1 < FewestPerProcessor)
            return [];
        int further = (most - queues) / usable.Count * usable.Count;
        return [.. Enumerable.Range(0, queues), .. Enumerable.Range(0, further).Select(i => usable[i % usable.Count])];
    }

    // A security module may forbid it (security_uring_cmd, io_uring/uring_cmd.c), which must be known before the kernel is
    // promised anything. Who is let through is told that INIT has not been answered.
    private static bool MayCommand(SafeFd device) => Command(device, 0) == -(int)Errno.EAGAIN;

    // The kernel's answer, or why there is none.
    private static int Command(SafeFd device, ushort queue)
    {
        Errno errno = IoUring.Create(out IoUring? ring);
        if (errno != Errno.OK)
            return -(int)errno;
        using (ring)
        {
            errno = ring!.Enable();
            int result = 0;
            if (errno == Errno.OK)
            {
                var arguments = new FuseUringCmdReq { Qid = queue };
                ring.Prepare(device, (uint)FuseUringCmd.FUSE_IO_URING_CMD_REGISTER, in arguments);
                errno = ring.Wait(out result);
            }

            return errno == Errno.OK ? result : -(int)errno;
        }
    }

    /// <returns>num_possible_cpus(); 0: not known, or numbered with gaps: then there are queues that nobody can name.</returns>
    private static int PossibleProcessors()
    {
        try
        {
            string text = File.ReadAllText("/sys/devices/system/cpu/possible").TrimEnd();
            string last = text.StartsWith("0-", StringComparison.Ordinal) ? text[2..] : text;
            return int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && (text == "0" || last != text) && number < Libc.CPU_SETSIZE
                ? number + 1
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

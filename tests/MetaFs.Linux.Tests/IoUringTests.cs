using System.Globalization;

namespace MetaFs.Linux.Tests;

/// <summary>Commands to the kernel's own files: none of them knows one, and each answers so.</summary>
public sealed class IoUringTests
{
    [RingFact]
    public void A_command_that_a_file_does_not_know_is_answered_so_each_time()
    {
        using var temp = new TempDirectory();
        using SafeFd file = temp.NewFile("file");
        using IoUring ring = Make();
        Assert.Equal(Errno.OK, ring.Enable());
        byte[] head = GC.AllocateArray<byte>(288, pinned: true);
        byte[] body = GC.AllocateArray<byte>(8192, pinned: true);
        for (int i = 0; i < 10; i++)
        {
            ring.Prepare(file, 1, in i);
            Assert.Equal(Errno.OK, ring.Wait(out int result));
            Assert.Equal(-(int)Errno.EOPNOTSUPP, result);
            ring.Prepare(file, 1, head, body, in i);
            Assert.Equal(Errno.OK, ring.Wait(out result));
            Assert.Equal(-(int)Errno.EOPNOTSUPP, result);
        }
    }

    [RingFact]
    public void A_ring_belongs_to_the_thread_that_enabled_it()
    {
        using var temp = new TempDirectory();
        using SafeFd file = temp.NewFile("file");
        using IoUring ring = Make();
        OnAnotherThread(() => Assert.Equal(Errno.OK, ring.Enable()));
        ring.Prepare(file, 1, 0);
        Assert.Equal(Errno.EEXIST, ring.Wait(out _));
    }

    [Fact]
    public void A_thread_stays_on_its_processor_and_no_other_is_moved() => OnAnotherThread(() =>
    {
        string before = Allowed("self");
        Assert.Equal(Errno.OK, Libc.SchedGetaffinity(out IReadOnlyList<int> cpus));
        string last = cpus[^1].ToString(CultureInfo.InvariantCulture);
        Assert.Equal(Errno.OK, Libc.SchedSetaffinity(cpus[^1]));
        Assert.Equal(last, Allowed("thread-self"));
        Assert.Equal(Errno.OK, Libc.SchedGetaffinity(out IReadOnlyList<int> left));
        Assert.Equal([cpus[^1]], left);
        Assert.Equal(Errno.EINVAL, Libc.SchedSetaffinity(Libc.CPU_SETSIZE - 1));
        Assert.Equal(last, Allowed("thread-self"));
        Assert.Equal(before, Allowed("self"));
    });

    private static IoUring Make()
    {
        Assert.Equal(Errno.OK, IoUring.Create(out IoUring? ring));
        return ring!;
    }

    private static string Allowed(string who) => File.ReadLines($"/proc/{who}/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];

    private static void OnAnotherThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    /// <summary>Skipped with the reason where there is no io_uring for us.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class RingFactAttribute : FactAttribute
    {
        public RingFactAttribute()
        {
            if (IoUring.Create(out IoUring? ring) is var errno and not Errno.OK)
                Skip = $"this system allows no io_uring: io_uring_setup answers {errno} (Linux 6.1, kernel.io_uring_disabled, seccomp)";
            ring?.Dispose();
        }
    }
}

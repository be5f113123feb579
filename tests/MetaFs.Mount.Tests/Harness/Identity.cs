using System.Reflection;
using System.Runtime.ExceptionServices;

namespace MetaFs.Mount.Tests.Harness;

/// <summary>Who makes a system call or runs a program.</summary>
public sealed record Identity(uint Uid, uint Gid, params uint[] Groups)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    // An assembly loaded on a thread of another user is opened by that user, who may not reach this checkout.
    private static readonly Assembly[] s_loadedWhileRoot =
        [.. typeof(Identity).Assembly.GetReferencedAssemblies().Select(Assembly.Load)];

    public static readonly Identity Root = new(0, 0);

    /// <summary>The service of the original report: uid 1000, in the group that owns the share.</summary>
    public static readonly Identity Service = new(1000, 1000, 33);

    public static readonly Identity Stranger = new(2000, 2000);

    /// <summary>Runs the body on a thread of its own with this identity, its own umask and its own working directory.</summary>
    public T Run<T>(Func<T> body)
    {
        GC.KeepAlive(s_loadedWhileRoot);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        bool change = Posix.EffectiveUid == 0;
        Thread thread = new(() =>
        {
            try
            {
                Posix.UnshareFileSystemState();
                Posix.Umask(Octal.Oct(22));
                if (change)
                    Posix.BecomeOnThisThread(Uid, Gid, Groups);
                result = body();
            }
#pragma warning disable CA1031 // carried to the caller's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.IsBackground = true;
        thread.Start();
        if (!thread.Join(s_patience))
            throw new TimeoutException($"{this}: no end of a system call after {s_patience}: the mount hangs");
        failure?.Throw();
        return result;
    }

    public void Run(Action body) => Run(() =>
    {
        body();
        return true;
    });

    public override string ToString() => $"uid {Uid}";
}

using System.Runtime.InteropServices;

namespace MetaFs.Cli.Mounting;

/// <summary>SIGTERM and SIGINT ask for an orderly end; a second one does not wait for it.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PosixSignalRegistration[] _registrations;

    // Guarded by _lock.
    private PosixSignal? _first;
    private Action<PosixSignal>? _stop;
    private Action? _end;

    /// <summary>Takes the signals over.</summary>
    /// <param name="background">Whether SIGHUP is ignored, since the terminal may go; else it asks for an end.</param>
    public StopSignals(bool background)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, background ? static c => c.Cancel = true : OnStop),
        ];
    }

    /// <summary>Says what to do. A signal that came earlier counts as coming now.</summary>
    /// <param name="stop">At the first signal, on a thread of its own.</param>
    /// <param name="end">At the second; must not return.</param>
    public void Handle(Action<PosixSignal> stop, Action end)
    {
        PosixSignal? earlier;
        lock (_lock)
        {
            (_stop, _end) = (stop, end);
            earlier = _first;
        }

        if (earlier is { } signal)
            stop(signal);
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        Action<PosixSignal>? stop;
        Action? end;
        bool second;
        lock (_lock)
        {
            second = _first is not null;
            _first ??= context.Signal;
            (stop, end) = (_stop, _end);
        }

        if (!second)
        {
            stop?.Invoke(context.Signal);
            return;
        }

        // Before there is a mount nothing has to be put in order.
        if (end is null)
            context.Cancel = false;
        else
            end();
    }
}

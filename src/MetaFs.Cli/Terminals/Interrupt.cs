using System.Runtime.InteropServices;

namespace MetaFs.Cli.Terminals;

/// <summary>Lets a command end in order at ^C: the token is cancelled, and the command says what is not done.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _signal;

    public Interrupt() => _signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
    {
        context.Cancel = true;
        _source.Cancel();
    });

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _signal.Dispose();
        _source.Dispose();
    }
}

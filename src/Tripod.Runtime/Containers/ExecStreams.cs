using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>The streams of a process that exec started; the engine is the parent of the OCI runtime that waits for it.</summary>
internal sealed class ExecStreams : IProcessStreams
{
    private readonly int pid;
    private readonly FileDescriptor? master;

    public ExecStreams(int pid, string exec, Stream? stdin, Stream stdout, Stream? stderr, FileDescriptor? master)
    {
        (this.pid, this.master) = (pid, master);
        (Stdin, Stdout, Stderr) = (stdin, stdout, stderr);
        ExitCode = WaitAsync(exec);
    }

    public Stream? Stdin { get; }
    public Stream? Stdout { get; }
    public Stream? Stderr { get; }
    public Task<int> ExitCode { get; }

    public void Resize(int columns, int rows)
    {
        if (master is { IsClosed: false })
        {
            TerminalSize.Set(master, columns, rows);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!ExitCode.IsCompleted)
        {
            // The OCI runtime passes the signal on to the process it joined.
            Signals.Send(pid, Signals.Term);
        }

        foreach (var stream in (Stream?[])[Stdin, Stdout, Stderr])
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<int> WaitAsync(string exec)
    {
        using (var process = Pidfd.Open(pid))
        {
            if (process is not null)
            {
                await process.Ended(CancellationToken.None).ConfigureAwait(false);
            }
        }

        File.Delete($"{exec}.json");
        return ChildProcess.Wait(pid);
    }
}

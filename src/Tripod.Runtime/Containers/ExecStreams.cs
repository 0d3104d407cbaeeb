using Tripod.Linux;
using Tripod.Linux.Processes;
using Tripod.Runtime.Oci;

namespace Tripod.Runtime.Containers;

/// <summary>The streams of a process that exec started; the engine is the parent of the OCI runtime that waits for it.</summary>
internal sealed class ExecStreams : IProcessStreams
{
    private readonly int pid;
    private readonly FileDescriptor? master;

    private readonly ExecConfig config;

    public ExecStreams(int pid, string exec, ExecConfig config, Stream? stdin, Stream stdout, Stream? stderr, FileDescriptor? master)
    {
        (this.pid, this.config, this.master) = (pid, config, master);
        (Stdin, Stdout, Stderr) = (stdin, stdout, stderr);
        ExitCode = WaitAsync(exec);
    }

    public Stream? Stdin { get; }
    public Stream? Stdout { get; }
    public Stream? Stderr { get; }
    public Task<int> ExitCode { get; }
    public string Refusal { get; private set; } = "";

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
            await EndAsync().ConfigureAwait(false);
        }

        foreach (var stream in (Stream?[])[Stdin, Stdout, Stderr])
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task EndAsync()
    {
        if (config.KillWhenDisposed && ProcessTree.KillDescendants(pid))
        {
            await ExitCode.ConfigureAwait(false);
            return;
        }

        // The OCI runtime passes the signal on to the process it joined.
        Signals.Send(pid, Signals.Term);
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

        var code = ChildProcess.Wait(pid);
        var refused = code == 0 ? "" : await ReadAsync($"{exec}.log").ConfigureAwait(false);
        File.Delete($"{exec}.json");
        File.Delete($"{exec}.log");
        Refusal = refused.Length == 0 ? "" : StartError.Describe(refused, config.Command[0], "exec") ?? refused.Trim();
        return refused.Length == 0 ? code : StartError.ExitCode(refused);
    }

    /// <summary>What the OCI runtime logged; the command itself writes nothing there.</summary>
    private static async Task<string> ReadAsync(string log)
    {
        try
        {
            return await File.ReadAllTextAsync(log).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It had nothing to say, or the container is gone and its directory with it.
            return "";
        }
    }
}

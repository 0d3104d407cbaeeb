using Tripod.Linux;
using Tripod.Linux.Events;
using Tripod.Linux.Processes;
using Tripod.Runtime.Containers;

namespace Tripod.UnitTests.FrontDoors.Streaming;

/// <summary>A process of this machine in a container's place.</summary>
internal sealed class LocalProcess : IProcessStreams
{
    private readonly int pid;
    private readonly TaskCompletionSource<(int Columns, int Rows)> resized = new();

    private LocalProcess(int pid, FileDescriptor stdin, FileDescriptor stdout, FileDescriptor stderr)
    {
        this.pid = pid;
        (Stdin, Stdout, Stderr) = (new FdStream(stdin), new FdStream(stdout), new FdStream(stderr));
        ExitCode = Ended(pid);
    }

    public Stream? Stdin { get; }
    public Stream? Stdout { get; }
    public Stream? Stderr { get; }
    public Task<int> ExitCode { get; }
    public Task<(int Columns, int Rows)> Resized => resized.Task;
    public TaskCompletionSource Disposed { get; } = new();

    public static async Task<LocalProcess> Start(string script)
    {
        var (stdin, stdout, stderr) = (Pipe.Create(), Pipe.Create(), Pipe.Create());
        var pid = await ChildProcess.Start(new() { Command = ["sh", "-c", script], Descriptors = [stdin.Read, stdout.Write, stderr.Write] });
        stdin.Read.Dispose();
        stdout.Write.Dispose();
        stderr.Write.Dispose();
        return new(pid, stdin.Write, stdout.Read, stderr.Read);
    }

    public void Resize(int columns, int rows) => resized.TrySetResult((columns, rows));

    public async ValueTask DisposeAsync()
    {
        if (!ExitCode.IsCompleted)
        {
            Signals.Send(pid, Signals.Kill);
        }

        await ExitCode;
        await Stdin!.DisposeAsync();
        await Stdout!.DisposeAsync();
        await Stderr!.DisposeAsync();
        Disposed.TrySetResult();
    }

    private static async Task<int> Ended(int pid)
    {
        using (var process = Pidfd.Open(pid)!)
        {
            await process.Ended(CancellationToken.None);
        }

        return ChildProcess.Wait(pid);
    }
}

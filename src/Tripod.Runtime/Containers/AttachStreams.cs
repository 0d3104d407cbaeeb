using System.IO.Pipelines;
using System.Net.Sockets;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>
/// The streams of a container's own process, over conmon's attach socket: packets whose first byte names the stream (2
/// stdout, 3 stderr), and stdin as it comes the other way.
/// </summary>
internal sealed class AttachStreams(RuntimeParts parts)
{
    public async Task<IProcessStreams> RunAsync(string id, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        if (entry.Record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        return await ConnectAsync(entry, cancel).ConfigureAwait(false);
    }

    /// <summary>From the first byte of the next start on; of a container that runs already, from now on.</summary>
    public async Task<IProcessStreams> AtStartAsync(string id, CancellationToken cancel)
    {
        var entry = parts.Table.Get(id);
        var attached = new TaskCompletionSource<IProcessStreams>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (await entry.TakeTurn(cancel).ConfigureAwait(false))
        {
            if (entry.Record.State == ContainerState.Running)
            {
                return await ConnectAsync(entry, cancel).ConfigureAwait(false);
            }

            entry.WaitingToAttach.Enqueue(failure => AttachAsync(entry, attached, failure));
        }

        using var gone = cancel.Register(() => attached.TrySetCanceled(cancel));
        return await attached.Task.ConfigureAwait(false);
    }

    private async Task AttachAsync(ContainerEntry entry, TaskCompletionSource<IProcessStreams> attached, Exception? failure)
    {
        if (failure is not null)
        {
            attached.TrySetException(new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {entry.Record.Id} was not started: {failure.Message}", inner: failure));
            return;
        }

        try
        {
            var streams = await ConnectAsync(entry, CancellationToken.None).ConfigureAwait(false);
            if (!attached.TrySetResult(streams))
            {
                await streams.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception refused) when (refused is SocketException or IOException)
        {
            attached.TrySetException(refused);
        }
    }

    private async Task<IProcessStreams> ConnectAsync(ContainerEntry entry, CancellationToken cancel)
    {
        var id = entry.Record.Id;
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            // The path of a bundle is longer than a socket address may be: it is reached through its directory's fd.
            using var directory = new Linux.DirectoryLink(parts.Paths.Bundle(id));
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory.ShortPath, "attach")), cancel).ConfigureAwait(false);
            return new Attached(socket, entry.Record, parts.Paths.Bundle(id), entry.Ended.Task, () => entry.Record.ExitCode);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Standard input as packets; the end of it is the shut half of the socket.</summary>
    private sealed class PacketWriter(Socket socket) : Stream
    {
        private const int MostPerPacket = 8192;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (!buffer.IsEmpty)
            {
                var sent = await socket.SendAsync(buffer[..Math.Min(buffer.Length, MostPerPacket)], SocketFlags.None, cancellationToken).ConfigureAwait(false);
                buffer = buffer[sent..];
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => socket.Send(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing && socket.Connected)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            base.Dispose(disposing);
        }
    }

    private sealed class Attached : IProcessStreams
    {
        private const byte FromStdout = 2;

        private readonly Socket socket;
        private readonly string control;
        private readonly Pipe stdout = new(), stderr = new();

        public Attached(Socket socket, Records.ContainerRecord record, string bundle, Task ended, Func<int> exitCode)
        {
            this.socket = socket;
            control = Path.Combine(bundle, "ctl");
            Stdin = record.Config.Stdin ? new PacketWriter(socket) : null;
            Stdout = stdout.Reader.AsStream();
            Stderr = record.Config.Tty ? null : stderr.Reader.AsStream();
            _ = Task.Run(ReceiveAsync);
            ExitCode = EndAsync(ended, exitCode);
        }

        public Stream? Stdin { get; }
        public Stream? Stdout { get; }
        public Stream? Stderr { get; }
        public Task<int> ExitCode { get; }

        public void Resize(int columns, int rows) => ResizeTerminal.Say(control, columns, rows);

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        private static async Task<int> EndAsync(Task ended, Func<int> exitCode)
        {
            await ended.ConfigureAwait(false);
            return exitCode();
        }

        private async Task ReceiveAsync()
        {
            var buffer = new byte[8193];
            try
            {
                int count;
                while ((count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None).ConfigureAwait(false)) > 0)
                {
                    var target = buffer[0] == FromStdout ? stdout : stderr;
                    await target.Writer.WriteAsync(buffer.AsMemory(1, count - 1)).ConfigureAwait(false);
                }
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // Detached, or conmon has gone with its container.
            }

            await stdout.Writer.CompleteAsync().ConfigureAwait(false);
            await stderr.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }
}

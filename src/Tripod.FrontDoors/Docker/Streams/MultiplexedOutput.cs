using System.Buffers.Binary;

namespace Tripod.FrontDoors.Docker.Streams;

/// <summary>Two streams over one connection: before each piece stand eight bytes, the stream's number and the length (Docker Engine API, attach). With a terminal there is one stream and no frames.</summary>
internal sealed class MultiplexedOutput(Stream target, bool tty)
{
    public const string Raw = "application/vnd.docker.raw-stream", Multiplexed = "application/vnd.docker.multiplexed-stream";

    private const int HeadSize = 8, Stdout = 1, Stderr = 2;

    private readonly SemaphoreSlim turn = new(1);

    public Task WriteAsync(bool stderr, ReadOnlyMemory<byte> data, CancellationToken cancel) => WriteAsync(stderr, default, data, default, cancel);

    /// <summary>All three as one piece.</summary>
    public async Task WriteAsync(bool stderr, ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> after, CancellationToken cancel)
    {
        var length = before.Length + data.Length + after.Length;
        var head = tty ? 0 : HeadSize;
        var piece = System.Buffers.ArrayPool<byte>.Shared.Rent(head + length);
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (!tty)
            {
                piece.AsSpan(0, HeadSize).Clear();
                piece[0] = (byte)(stderr ? Stderr : Stdout);
                BinaryPrimitives.WriteInt32BigEndian(piece.AsSpan(4), length);
            }

            before.CopyTo(piece.AsMemory(head));
            data.CopyTo(piece.AsMemory(head + before.Length));
            after.CopyTo(piece.AsMemory(head + before.Length + data.Length));
            await target.WriteAsync(piece.AsMemory(0, head + length), cancel).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
            System.Buffers.ArrayPool<byte>.Shared.Return(piece);
        }
    }

    public Task FlushAsync(CancellationToken cancel) => target.FlushAsync(cancel);
}

namespace Tripod.FrontDoors.Streaming;

/// <summary>The channel numbers of Kubernetes' remote command protocol.</summary>
internal enum CommandStream : byte
{
    Stdin = 0,
    Stdout = 1,
    Stderr = 2,
    Error = 3,
    Resize = 4,

    /// <summary>v5: its one byte names a channel that the client will write no more to.</summary>
    Close = 255,
}

/// <summary>What <see cref="CommandSession"/> speaks through: WebSocket messages or SPDY streams.</summary>
internal interface ICommandChannels
{
    /// <summary>To the client; may be called from several tasks at once.</summary>
    Task WriteAsync(CommandStream stream, ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>Takes what comes from the client, until it has gone.</summary>
    Task ReceiveAsync(CommandInput input, CancellationToken cancel);

    /// <summary>Sends the Status and closes in good order; <see cref="ReceiveAsync"/> still runs and sees the client close.</summary>
    Task EndAsync(ReadOnlyMemory<byte> status, CancellationToken cancel);
}

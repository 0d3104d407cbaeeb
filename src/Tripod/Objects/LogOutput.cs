using System.Text;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>Standard output, shared by several logs that are followed at once: a line is never torn.</summary>
internal sealed class LogOutput : IDisposable
{
    private readonly Stream output = Console.OpenStandardOutput();
    private readonly SemaphoreSlim turn = new(1);

    public async Task CopyAsync(KubernetesApi api, string path, string prefix, CancellationToken cancel)
    {
        await using var log = await api.OpenAsync(path, cancel).ConfigureAwait(false);
        var (start, line, buffer) = (Encoding.UTF8.GetBytes(prefix), new MemoryStream(), new byte[32 * 1024]);
        int length;
        while ((length = await log.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            var rest = buffer.AsMemory(0, length);
            for (int end; (end = rest.Span.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                line.Write(rest.Span[..(end + 1)]);
                await WriteAsync(start, line, cancel).ConfigureAwait(false);
            }

            line.Write(rest.Span);
        }

        if (line.Length > 0)
        {
            await WriteAsync(start, line, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        output.Dispose();
        turn.Dispose();
    }

    private async Task WriteAsync(byte[] prefix, MemoryStream line, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await output.WriteAsync(prefix, cancel).ConfigureAwait(false);
            await output.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), cancel).ConfigureAwait(false);
            line.SetLength(0);
        }
        finally
        {
            turn.Release();
        }
    }
}

using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Tripod.Runtime.Logs;

namespace Tripod.FrontDoors.Streaming;

/// <summary>A container's log as the body of a response. Doors hand it the path and what is wanted; <see cref="LogReader"/> reads.</summary>
public static class PodLogs
{
    /// <summary>RFC 3339 with nine digits. The log has them, a DateTimeOffset holds seven.</summary>
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffff'00'";

    /// <param name="timestamps">Each line begins with its time and a space.</param>
    /// <param name="ended">Completes when the container will write no more.</param>
    /// <exception cref="Runtime.RuntimeException">There is no such log; nothing has been answered yet.</exception>
    public static async Task WriteAsync(HttpResponse response, string logPath, LogOptions options, bool timestamps, Task ended, CancellationToken cancel)
    {
        // Times count as output too, so the limit is kept here and not by the reader.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var entries = LogReader.Read(logPath, options with { LimitBytes = null }, ended, stop.Token);
        if (response.HttpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            // Who reads through a pager may take an hour for a page.
            rate.MinDataRate = null;
        }

        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType ??= "text/plain";
        await response.StartAsync(cancel).ConfigureAwait(false);
        try
        {
            await WriteAsync(response.BodyWriter, entries, timestamps, options.LimitBytes ?? long.MaxValue, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (ClientGone.Is(failure))
        {
            // The client has read enough.
        }
    }

    /// <summary>Flushed whenever nothing more is there at once.</summary>
    /// <param name="stop">Ends the reading of the entries.</param>
    internal static async Task WriteAsync(PipeWriter output, IAsyncEnumerable<LogEntry> entries, bool timestamps, long limit, CancellationTokenSource stop)
    {
        const int FlushAt = 64 * 1024;
        var lineStarts = true;
        await using var reader = entries.GetAsyncEnumerator(stop.Token);
        var next = Task.FromResult(true);
        try
        {
            while (limit > 0)
            {
                next = reader.MoveNextAsync().AsTask();
                if ((!next.IsCompleted || output.UnflushedBytes > FlushAt) && (await output.FlushAsync(stop.Token).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                Write(output, reader.Current, timestamps && lineStarts, ref limit);
                lineStarts = !reader.Current.Partial;
            }

            await output.FlushAsync(stop.Token).ConfigureAwait(false);
        }
        finally
        {
            // An enumerator must not be disposed of while it moves.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Write(PipeWriter output, LogEntry entry, bool timestamp, ref long limit)
    {
        if (timestamp)
        {
            Put(output, Encoding.ASCII.GetBytes(Time(entry.Time)), ref limit);
        }

        Put(output, entry.Text.Span, ref limit);
        if (!entry.Partial)
        {
            Put(output, "\n"u8, ref limit);
        }
    }

    private static void Put(PipeWriter output, ReadOnlySpan<byte> text, ref long limit)
    {
        var part = text[..(int)Math.Min(text.Length, limit)];
        part.CopyTo(output.GetSpan(Math.Max(1, part.Length)));
        output.Advance(part.Length);
        limit -= part.Length;
    }

    private static string Time(DateTimeOffset time) =>
        time.ToString(TimeFormat, CultureInfo.InvariantCulture) + (time.Offset == TimeSpan.Zero ? "Z " : time.ToString("zzz ", CultureInfo.InvariantCulture));
}

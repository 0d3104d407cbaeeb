using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Cri.Streams;

/// <summary>What a client may connect to, once, by whom it was told the address: the door answers with one, and serves it when it is asked for.</summary>
internal sealed class StreamTokens(TimeProvider clock)
{
    private const int TokenBytes = 24, MostWaiting = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Until, Func<HttpContext, Task> Serve)> waiting = new(StringComparer.Ordinal);

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string Base { get; set; } = "";

    /// <returns>The address, good for a minute and for one connection.</returns>
    public string Offer(string verb, Func<HttpContext, Task> serve)
    {
        var now = clock.GetUtcNow();
        foreach (var old in waiting.Where(pair => pair.Value.Until < now || waiting.Count >= MostWaiting).OrderBy(pair => pair.Value.Until).Take(waiting.Count >= MostWaiting ? 1 : int.MaxValue).ToList())
        {
            waiting.TryRemove(old.Key, out _);
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        waiting[token] = (now + Patience, serve);
        return $"{Base}/{verb}/{token}";
    }

    /// <returns>Null for one that was never offered, was taken already or has grown too old.</returns>
    public Func<HttpContext, Task>? Take(string token) =>
        waiting.TryRemove(token, out var found) && found.Until >= clock.GetUtcNow() ? found.Serve : null;
}

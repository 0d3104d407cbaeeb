using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tripod.Store;

namespace Tripod.Pods.Eviction;

/// <summary>When an image was first seen here and last in use.</summary>
internal sealed record ImageTime(DateTimeOffset FirstSeen, DateTimeOffset LastUsed);

/// <summary>Remembers when images were used, over the engine's restarts. The collector tells it what it sees.</summary>
internal sealed partial class ImageTimes(RecordStore records)
{
    private const string Collection = "image-times", Id = "all";

    private ImmutableDictionary<string, ImageTime>? known;

    /// <summary>By image id.</summary>
    public ImmutableDictionary<string, ImageTime> Known => known ??=
        records.Get(Collection, Id) is { } json ? JsonSerializer.Deserialize(json, Json.Default.DictionaryStringImageTime)!.ToImmutableDictionary() : ImmutableDictionary<string, ImageTime>.Empty;

    /// <summary>One write for all of them.</summary>
    public void See(IEnumerable<(string Id, bool Used)> images, DateTimeOffset now)
    {
        var next = Next(Known, images, now);
        if (!next.SequenceEqual(Known))
        {
            records.Put(Collection, Id, JsonSerializer.SerializeToUtf8Bytes(next.ToDictionary(), Json.Default.DictionaryStringImageTime));
            known = next;
        }
    }

    /// <summary>Images that are gone are forgotten.</summary>
    public static ImmutableDictionary<string, ImageTime> Next(ImmutableDictionary<string, ImageTime> before, IEnumerable<(string Id, bool Used)> images, DateTimeOffset now) =>
        images.ToImmutableDictionary(image => image.Id, image =>
        {
            var time = before.GetValueOrDefault(image.Id) ?? new(now, now);
            return image.Used ? time with { LastUsed = now } : time;
        });

    [JsonSerializable(typeof(Dictionary<string, ImageTime>))]
    private sealed partial class Json : JsonSerializerContext;
}

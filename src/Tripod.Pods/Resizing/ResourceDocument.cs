using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Runtime.Containers;

namespace Tripod.Pods.Resizing;

/// <summary>Requests and limits as the API writes them, and what of them a running container really has. Pure.</summary>
internal static class ResourceDocument
{
    private const long LeastMilliLimit = 10, LeastShares = 2;

    public static JsonObject Of(V1ResourceRequirements? resources)
    {
        var document = new JsonObject();
        Add(document, "limits", resources?.Limits);
        Add(document, "requests", resources?.Requests);
        return document;
    }

    /// <summary>Null where there are none.</summary>
    public static JsonObject? Amounts(IDictionary<string, ResourceQuantity>? amounts) => amounts is { Count: > 0 }
        ? new(amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal).Select(amount => KeyValuePair.Create(amount.Key, (JsonNode?)amount.Value.ToString())))
        : null;

    /// <summary>What was granted, with the running container's own figures where they differ; those below what the kernel can tell apart stay as they were written.</summary>
    public static JsonObject Actual(V1ResourceRequirements? granted, LinuxResources has)
    {
        var document = Of(granted);
        if (document["limits"] is JsonObject limits)
        {
            Put(limits, "cpu", granted!.Limits, has.CpuQuota > 0 && has.CpuPeriod > 0 ? has.CpuQuota * 1000 / has.CpuPeriod : null, LeastMilliLimit, milli: true);
            Put(limits, "memory", granted.Limits, has.MemoryLimit > 0 ? has.MemoryLimit : null, 0, milli: false);
        }

        if (document["requests"] is JsonObject requests)
        {
            Put(requests, "cpu", granted!.Requests, has.CpuShares > 0 ? ((has.CpuShares * 1000) + 1023) / 1024 : null, LeastShares, milli: true);
            Put(requests, "memory", granted.Requests, has.MemoryRequest > 0 ? has.MemoryRequest : null, 0, milli: false);
        }

        return document;
    }

    private static void Put(JsonObject amounts, string name, IDictionary<string, ResourceQuantity> granted, long? has, long least, bool milli)
    {
        if (has is not { } actual)
        {
            return;
        }

        var written = granted.TryGetValue(name, out var quantity) ? quantity.ToDecimal() * (milli ? 1000 : 1) : 0;
        if (written != actual && (actual > least || written > least))
        {
            amounts[name] = Text(actual, milli);
        }
    }

    private static string Text(long amount, bool milli) => milli
        ? amount % 1000 == 0 ? (amount / 1000).ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{amount}m")
        : new ResourceQuantity(amount, 0, ResourceQuantity.SuffixFormat.BinarySI).ToString();

    private static void Add(JsonObject document, string name, IDictionary<string, ResourceQuantity>? amounts)
    {
        if (Amounts(amounts) is { } written)
        {
            document[name] = written;
        }
    }
}

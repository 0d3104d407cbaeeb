using System.Text.Json;
using Tripod.Runtime.Images.Manifests;

namespace Tripod.Runtime.Images.Registry;

/// <summary>What a registry says of its refusal: <c>{"errors":[{"code":…,"message":…}]}</c> (distribution-spec, "Error Codes").</summary>
internal static class RegistryErrorBody
{
    private const int Longest = 1 << 16;

    public static async Task<string> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        var buffer = new byte[Longest];
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var length = await body.ReadAtLeastAsync(buffer, Longest, throwOnEndOfStream: false, cancel);
        return Words(buffer.AsMemory(0, length));
    }

    /// <summary><c>manifest unknown: manifest unknown</c>, as Docker shows it; empty where the body says nothing.</summary>
    internal static string Words(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var words = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
                ? errors.EnumerateArray().Select(Words)
                : [];
            return string.Join("; ", words);
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string Words(JsonElement error)
    {
        var code = (JsonReading.Text(error, "code") ?? "").Replace('_', ' ').ToLowerInvariant();
        var message = JsonReading.Text(error, "message") ?? "";
        return message.Length == 0 ? code : $"{code}: {message}";
    }
}

using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>
/// Manifests as Kubernetes reads them: several documents in a text, YAML 1.1's scalars, no key twice. JSON is YAML too.
/// The door uses it for bodies, the command line for files.
/// </summary>
public static class YamlDocuments
{
    /// <summary>The documents in order; empty ones are left out.</summary>
    /// <exception cref="YamlFault">The text is no YAML, or a document is no mapping.</exception>
    public static IReadOnlyList<JsonObject> Read(string text)
    {
        // JSON may be indented by tabs, which YAML forbids; and its numbers mean what JSON says.
        if (text.AsSpan().TrimStart().StartsWith("{") && TryJson(text) is { } json)
        {
            return [json];
        }
        var documents = new List<JsonObject>();
        var reader = new YamlReader(text);
        try
        {
            while (reader.ReadDocument(out var document, out var line))
            {
                switch (document)
                {
                    case null:
                        break;
                    case JsonObject map:
                        documents.Add(map);
                        break;
                    default:
                        throw YamlFault.At(text, line, 1, "a document must be a mapping of fields, as \"kind: Pod\"");
                }
            }
        }
        catch (YamlException fault)
        {
            throw Fault(text, fault);
        }
        catch (ArgumentException)
        {
            throw YamlFault.At(text, reader.Line, 1, "found a tag or escape that is not valid");
        }
        catch (InvalidOperationException)
        {
            // The scanner's way of saying that a flow collection ended in the middle.
            throw YamlFault.At(text, reader.Line, 1, "did not find expected ',', ']' or '}'");
        }
        return documents;
    }

    /// <summary>Whether a scalar without quotes would be read as this very text, and not as a number, a flag or null.</summary>
    public static bool IsPlainText(string text)
    {
        try
        {
            return YamlScalar.Resolve(text, isPlain: true, tag: "") is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <exception cref="ApiException">400, the body is not one YAML document.</exception>
    internal static JsonObject ReadBody(ReadOnlySpan<byte> body)
    {
        IReadOnlyList<JsonObject> documents;
        try
        {
            documents = Read(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body));
        }
        catch (YamlFault fault)
        {
            throw ApiException.BadRequest($"error converting YAML to JSON: {fault.Message}");
        }
        catch (DecoderFallbackException)
        {
            throw ApiException.BadRequest("error converting YAML to JSON: the request body is not UTF-8");
        }
        return documents.Count == 1
            ? documents[0]
            : throw ApiException.BadRequest($"the request body must be one YAML document, not {documents.Count}");
    }

    private static JsonObject? TryJson(string text)
    {
        var duplicates = new List<string>();
        try
        {
            return JsonText.Parse(Encoding.UTF8.GetBytes(text), duplicates) is JsonObject map && duplicates.Count == 0 ? map : null;
        }
        catch (ApiException)
        {
            return null;
        }
    }

    private static YamlFault Fault(string text, YamlException fault)
    {
        if (fault.Message.Contains("tab", StringComparison.Ordinal) && TabbedLine(text, fault.Start.Line) is { } line)
        {
            return YamlFault.At(text, line, 1, "found a tab in the indentation, YAML wants spaces");
        }
        if (fault.Message.Contains("invalid mapping", StringComparison.Ordinal))
        {
            return YamlFault.At(text, fault.Start.Line, fault.Start.Column, "mapping values are not allowed in this context");
        }
        // The parser's sentences begin with a capital and end with a full stop.
        var reason = fault.Message.TrimEnd('.');
        reason = reason.Length > 1 && char.IsLower(reason[1]) ? char.ToLowerInvariant(reason[0]) + reason[1..] : reason;
        return YamlFault.At(text, fault.Start.Line, fault.Start.Column, reason);
    }

    // The parser tells where the mapping began, not where the tab is.
    private static long? TabbedLine(string text, long from)
    {
        var number = 0L;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number >= from && line[..^line.TrimStart().Length].Contains('\t'))
            {
                return number;
            }
        }
        return null;
    }
}

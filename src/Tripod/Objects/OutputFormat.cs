using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>How objects are printed other than as a table: <c>yaml</c>, <c>json</c>, <c>name</c>, <c>jsonpath=…</c>, <c>custom-columns=…</c>.</summary>
internal sealed class OutputFormat
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string name, argument;

    private OutputFormat(string name, string argument) => (this.name, this.argument) = (name, argument);

    /// <summary>A table, with all its columns or the usual ones.</summary>
    public bool IsTable => name is "" or "wide";

    public bool IsWide => name == "wide";

    /// <exception cref="CommandFailure">It is not known; the message names those that are.</exception>
    public static OutputFormat Parse(string? text)
    {
        var parts = (text ?? "").Split('=', 2);
        var format = new OutputFormat(parts[0], parts.Length > 1 ? parts[1] : "");
        return (format.name, format.argument.Length > 0) switch
        {
            ("" or "wide" or "yaml" or "json" or "name", false) => format,
            ("jsonpath" or "custom-columns", true) => format,
            ("jsonpath-file", true) => new("jsonpath", File.ReadAllText(format.argument).TrimEnd('\n')),
            ("jsonpath" or "custom-columns", false) => throw new CommandFailure($"error: -o {format.name} needs a template: -o {format.name}=…"),
            _ => throw new CommandFailure($"error: unable to match a printer suitable for the output format \"{text}\", allowed formats are: custom-columns,json,jsonpath,jsonpath-file,name,wide,yaml"),
        };
    }

    /// <param name="documents">What was found.</param>
    /// <param name="isOne">One object was named: it is printed as such, and not as a list.</param>
    public void Print(TextWriter output, IReadOnlyList<(ResourceType Type, JsonObject Document)> documents, bool isOne)
    {
        switch (name)
        {
            case "name":
                foreach (var (type, document) in documents)
                {
                    output.WriteLine($"{type.Name}/{document["metadata"]!["name"]}");
                }

                break;
            case "custom-columns":
                CustomColumns(output, documents);
                break;
            default:
                Whole(output, isOne ? documents[0].Document : List(documents));
                break;
        }
    }

    private void Whole(TextWriter output, JsonObject document)
    {
        if (name == "jsonpath")
        {
            output.Write(JsonPath.Print(argument, document));
        }
        else if (name == "json")
        {
            output.WriteLine(document.ToJsonString(Readable));
        }
        else
        {
            output.Write(YamlText.Of(document));
        }
    }

    private void CustomColumns(TextWriter output, IReadOnlyList<(ResourceType Type, JsonObject Document)> documents)
    {
        var columns = argument.Split(',').Select(column => column.Split(':', 2)).ToList();
        if (columns.FirstOrDefault(column => column.Length < 2) is { } wrong)
        {
            throw new CommandFailure($"error: unexpected custom-columns spec: {wrong[0]}, expected <header>:<json-path-expr>");
        }

        TextTable.Print(output, [.. columns.Select(column => column[0])], [.. documents.Select(found => (string[])[.. columns.Select(column => Cell(column[1], found.Document))])]);
    }

    private static string Cell(string path, JsonObject document) =>
        JsonPath.Values(path, document) is { Count: > 0 } values ? string.Join(',', values.Select(JsonPath.Text)) : "<none>";

    private static JsonObject List(IReadOnlyList<(ResourceType Type, JsonObject Document)> documents) => new()
    {
        ["apiVersion"] = "v1",
        ["items"] = new JsonArray([.. documents.Select(found => found.Document.DeepClone())]),
        ["kind"] = "List",
        ["metadata"] = new JsonObject { ["resourceVersion"] = "" },
    };
}

using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>How objects are printed other than as a table: <c>yaml</c>, <c>json</c>, <c>name</c>, <c>jsonpath=…</c>, <c>custom-columns=…</c>.</summary>
internal sealed class OutputFormat
{
    private const string Known = "custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,wide,yaml";

    private readonly string name, argument;

    private OutputFormat(string name, string argument) => (this.name, this.argument) = (name, argument);

    /// <summary>A table, with all its columns or the usual ones.</summary>
    public bool IsTable => name is "" or "wide";

    public bool IsWide => name == "wide";

    /// <summary>Documents that stand one after the other need a line between them.</summary>
    public bool IsYaml => name == "yaml";

    /// <exception cref="CommandFailure">It is not known; the message names those that are.</exception>
    public static OutputFormat Parse(string? text)
    {
        var parts = (text ?? "").Split('=', 2);
        var format = new OutputFormat(parts[0], parts.Length > 1 ? parts[1] : "");
        return (format.name, format.argument.Length > 0) switch
        {
            ("" or "wide" or "yaml" or "json" or "name", false) => format,
            ("jsonpath" or "jsonpath-as-json" or "custom-columns", true) => format,
            ("jsonpath-file", true) => new("jsonpath", File.ReadAllText(format.argument).TrimEnd('\n')),
            ("custom-columns-file", true) => new("custom-columns", FromLines(File.ReadAllLines(format.argument))),
            ("jsonpath" or "jsonpath-as-json" or "jsonpath-file", false) => throw new CommandFailure("error: template format specified but no template given: -o 'jsonpath={.status.podIP}'"),
            ("custom-columns" or "custom-columns-file", false) => throw new CommandFailure("error: custom-columns format specified but no custom columns given: -o custom-columns=NAME:.metadata.name"),
            ("go-template" or "go-template-file" or "template", _) => throw new CommandFailure("error: Go's templates are kubectl's alone: tripod has -o 'jsonpath={.metadata.name}'"),
            _ => throw new CommandFailure($"error: unable to match a printer suitable for the output format \"{text}\", allowed formats are: {Known}"),
        };
    }

    /// <param name="documents">What was found.</param>
    /// <param name="isOne">One object was named: it is printed as such, and not as a list.</param>
    /// <param name="noHeaders">Rows alone, where there are columns.</param>
    public void Print(TextWriter output, IReadOnlyList<(ResourceType Type, JsonObject Document)> documents, bool isOne, bool noHeaders = false)
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
                CustomColumns(output, documents, noHeaders);
                break;
            default:
                Whole(output, isOne ? documents[0].Document : List(documents));
                break;
        }
    }

    private void Whole(TextWriter output, JsonObject document)
    {
        switch (name)
        {
            case "jsonpath":
                output.Write(JsonPath.Print(argument, document));
                break;
            case "jsonpath-as-json":
                output.WriteLine(JsonText.Of(new JsonArray([.. JsonPath.Values(argument, document).Select(value => value?.DeepClone())]), indented: true));
                break;
            case "json":
                output.WriteLine(JsonText.Of(document, indented: true));
                break;
            default:
                output.Write(YamlText.Of(document));
                break;
        }
    }

    private void CustomColumns(TextWriter output, IReadOnlyList<(ResourceType Type, JsonObject Document)> documents, bool noHeaders)
    {
        var columns = argument.Split(',').Select(column => column.Split(':', 2)).ToList();
        if (columns.FirstOrDefault(column => column.Length < 2) is { } wrong)
        {
            throw new CommandFailure($"error: unexpected custom-columns spec: {wrong[0]}, expected <header>:<json-path-expr>");
        }

        TextTable.Print(output, noHeaders ? null : [.. columns.Select(column => column[0])], [.. documents.Select(found => (string[])[.. columns.Select(column => Cell(column[1], found.Document))])]);
    }

    private static string Cell(string path, JsonObject document) =>
        JsonPath.Values(path, document) is { Count: > 0 } values ? string.Join(',', values.Select(JsonPath.Text)) : "<none>";

    /// <summary>A line of headers, and below each its path.</summary>
    private static string FromLines(string[] lines)
    {
        var (heads, paths) = lines.Length < 2 ? ([], []) : (Words(lines[0]), Words(lines[1]));
        return heads.Length == paths.Length && heads.Length > 0
            ? string.Join(',', heads.Zip(paths, (head, path) => $"{head}:{path}"))
            : throw new CommandFailure("error: the file of custom columns has a line of headers and a line of as many paths");
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static JsonObject List(IReadOnlyList<(ResourceType Type, JsonObject Document)> documents) => new()
    {
        ["apiVersion"] = "v1",
        ["items"] = new JsonArray([.. documents.Select(found => found.Document.DeepClone())]),
        ["kind"] = "List",
        ["metadata"] = new JsonObject { ["resourceVersion"] = "" },
    };
}

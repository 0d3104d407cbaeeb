using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>What a table shows beside the server's own columns.</summary>
internal sealed record TableOptions
{
    public bool Wide { get; init; }
    public bool WithNamespace { get; init; }
    public bool WithLabels { get; init; }

    /// <summary>Labels with a column each.</summary>
    public IReadOnlyList<string> LabelColumns { get; init; } = [];
    public bool NoHeaders { get; init; }

    /// <summary>Names are written <c>pod/ghost</c>.</summary>
    public bool NamesWithType { get; init; }
}

/// <summary>Prints the server's tables as kubectl does. Columns keep their width from one table of a watch to the next.</summary>
internal sealed class TableView(TextWriter output, TableOptions options)
{
    private const int Gap = 3;

    private IReadOnlyList<(string Name, int Index)> shown = [];
    private IReadOnlyList<int>? widths;
    private ResourceType? last;

    /// <returns>How many rows there were.</returns>
    public int Print(ResourceType type, IReadOnlyList<JsonObject> tables, string? sortBy)
    {
        var columns = tables.Select(table => table["columnDefinitions"]?.AsArray()).FirstOrDefault(found => found is { Count: > 0 })?
            .Select((column, index) => (Name: ((string)column!["name"]!).ToUpperInvariant(), Priority: (int?)column["priority"] ?? 0, Index: index))
            .Where(column => options.Wide || column.Priority == 0)
            .ToList();
        var rows = tables.SelectMany(table => table["rows"]?.AsArray() ?? []).Select(row => row!.AsObject()).ToList();
        if (rows.Count == 0 || columns is null && widths is null)
        {
            return 0;
        }

        if (sortBy is not null)
        {
            rows = [.. rows.OrderBy(row => Key(row, sortBy), SortKeys.Order)];
        }

        var isNew = last != type;
        if (isNew && last is not null)
        {
            output.WriteLine();
        }

        shown = columns is null || !isNew ? shown : [.. columns.Select(column => (column.Name, column.Index))];
        last = type;
        Write(isNew && !options.NoHeaders ? Head() : null, [.. rows.Select(row => Cells(type, row))]);
        return rows.Count;
    }

    private string[] Head() =>
    [
        .. options.WithNamespace ? (string[])["NAMESPACE"] : [],
        .. shown.Select(column => column.Name),
        .. options.LabelColumns.Select(label => label[(label.LastIndexOf('/') + 1)..].ToUpperInvariant()),
        .. options.WithLabels ? (string[])["LABELS"] : [],
    ];

    private string[] Cells(ResourceType type, JsonObject row)
    {
        var metadata = row["object"]?["metadata"];
        return
        [
            .. options.WithNamespace ? (string[])[(string?)metadata?["namespace"] ?? ""] : [],
            .. shown.Select((column, place) => (place == 0 && options.NamesWithType ? $"{type.Name}/" : "") + Text(row["cells"]![column.Index])),
            .. options.LabelColumns.Select(label => (string?)metadata?["labels"]?[label] ?? ""),
            .. options.WithLabels ? (string[])[Labels(metadata)] : [],
        ];
    }

    private void Write(string[]? head, IReadOnlyList<string[]> rows)
    {
        var all = head is null ? rows : [head, .. rows];
        widths = [.. Enumerable.Range(0, all[0].Length).Select(column => Math.Max(head is null && widths is not null && column < widths.Count ? widths[column] : 0, all.Max(row => row[column].Length)))];
        foreach (var row in all)
        {
            output.WriteLine(string.Concat(row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column] + Gap))));
        }
    }

    private static string Text(JsonNode? cell) => cell is null ? "<none>" : JsonPath.Text(cell);

    private static string Labels(JsonNode? metadata) =>
        metadata?["labels"] is JsonObject { Count: > 0 } labels ? string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")) : "<none>";

    private static string Key(JsonObject row, string path) => row["object"] is { } document ? SortKeys.Of(document, path) : "";
}

using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>Prints the server's tables as kubectl does. Columns keep their width from one table of a watch to the next.</summary>
internal sealed class TableView(TextWriter output, bool wide, bool withNamespace, bool withLabels, bool noHeaders, bool namesWithType)
{
    private IReadOnlyList<int>? widths;
    private ResourceType? last;

    /// <returns>How many rows there were.</returns>
    public int Print(ResourceType type, IReadOnlyList<JsonObject> tables, string? sortBy)
    {
        var columns = tables.Select(table => table["columnDefinitions"]?.AsArray()).FirstOrDefault(found => found is { Count: > 0 })?
            .Select((column, index) => (Name: ((string)column!["name"]!).ToUpperInvariant(), Priority: (int?)column["priority"] ?? 0, Index: index))
            .Where(column => wide || column.Priority == 0)
            .ToList();
        var rows = tables.SelectMany(table => table["rows"]?.AsArray() ?? []).Select(row => row!.AsObject()).ToList();
        if (rows.Count == 0 || columns is null && widths is null)
        {
            return 0;
        }

        if (sortBy is not null)
        {
            rows = [.. rows.OrderBy(row => Key(row, sortBy), Comparer<string>.Create(Natural))];
        }

        var isNew = last != type;
        if (isNew && last is not null)
        {
            output.WriteLine();
        }

        shown = columns is null || !isNew ? shown : [.. columns.Select(column => (column.Name, column.Index))];
        last = type;
        Write(isNew && !noHeaders ? Head() : null, [.. rows.Select(row => Cells(type, row))]);
        return rows.Count;
    }

    private IReadOnlyList<(string Name, int Index)> shown = [];

    private string[] Head() =>
    [
        .. withNamespace ? (string[])["NAMESPACE"] : [],
        .. shown.Select(column => column.Name),
        .. withLabels ? (string[])["LABELS"] : [],
    ];

    private string[] Cells(ResourceType type, JsonObject row)
    {
        var metadata = row["object"]?["metadata"];
        return
        [
            .. withNamespace ? (string[])[(string?)metadata?["namespace"] ?? ""] : [],
            .. shown.Select((column, place) => (place == 0 && namesWithType ? $"{type.Name}/" : "") + Text(row["cells"]![column.Index])),
            .. withLabels ? (string[])[Labels(metadata)] : [],
        ];
    }

    private void Write(string[]? head, IReadOnlyList<string[]> rows)
    {
        var all = head is null ? rows : [head, .. rows];
        widths = [.. Enumerable.Range(0, all[0].Length).Select(column => Math.Max(head is null && widths is not null && column < widths.Count ? widths[column] : 0, all.Max(row => row[column].Length)))];
        foreach (var row in all)
        {
            output.WriteLine(string.Concat(row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column] + 3))));
        }
    }

    private static string Text(JsonNode? cell) => cell is null ? "<none>" : JsonPath.Text(cell);

    private static string Labels(JsonNode? metadata) =>
        metadata?["labels"] is JsonObject { Count: > 0 } labels ? string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")) : "<none>";

    private static string Key(JsonObject row, string path) => row["object"] is { } document ? string.Join(' ', JsonPath.Values(path, document).Select(JsonPath.Text)) : "";

    private static int Natural(string? one, string? other) =>
        decimal.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out var left) && decimal.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : string.CompareOrdinal(one, other);
}

namespace Tripod.Client;

/// <summary>Columns three spaces apart, as kubectl and docker print them.</summary>
internal static class TextTable
{
    private const int Gap = 3;

    public static void Print(TextWriter output, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max() + Gap).ToList();
        foreach (var row in rows.Prepend(head))
        {
            output.WriteLine(string.Concat(row.Select((cell, column) => column == head.Count - 1 ? cell : cell.PadRight(widths[column]))));
        }
    }
}

namespace Tripod.Client;

/// <summary>Columns three spaces apart, as kubectl and docker print them.</summary>
internal static class TextTable
{
    private const int Gap = 3;

    /// <param name="head">Null: rows alone.</param>
    public static void Print(TextWriter output, IReadOnlyList<string>? head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<IReadOnlyList<string>> all = head is null ? rows : [head, .. rows];
        if (all.Count == 0)
        {
            return;
        }

        var widths = Enumerable.Range(0, all[0].Count).Select(column => all.Max(row => row[column].Length) + Gap).ToList();
        foreach (var row in all)
        {
            output.WriteLine(string.Concat(row.Select((cell, column) => column == row.Count - 1 ? cell : cell.PadRight(widths[column]))));
        }
    }
}

using System.Text;

namespace Tripod.Objects.Describing;

/// <summary>
/// Lines of cells. A cell that another one follows is as wide as its neighbours above and below in the same column, as far as
/// lines without a gap have one there: what kubectl's describe looks like. Pure.
/// </summary>
internal sealed class TabbedText
{
    private const int Gap = 2, Indent = 2;

    private readonly List<string[]> lines = [];

    /// <param name="level">How far in.</param>
    /// <param name="cells">The last one aligns nothing.</param>
    public TabbedText Add(int level, params IEnumerable<string> cells)
    {
        string[] line = [.. cells];
        if (line.Length > 0)
        {
            line[0] = new string(' ', level * Indent) + line[0];
        }

        lines.Add(line);
        return this;
    }

    public override string ToString()
    {
        var widths = lines.Select(line => new int[line.Length]).ToList();
        for (var column = 0; column < lines.Max(line => line.Length) - 1; column++)
        {
            for (var first = 0; first < lines.Count; first++)
            {
                var end = first;
                while (end < lines.Count && lines[end].Length > column + 1)
                {
                    end++;
                }

                for (var line = first; line < end; line++)
                {
                    widths[line][column] = lines[first..end].Max(neighbour => neighbour[column].Length) + Gap;
                }

                first = end;
            }
        }

        var text = new StringBuilder();
        for (var line = 0; line < lines.Count; line++)
        {
            text.Append(string.Concat(lines[line].Select((cell, column) => cell.PadRight(widths[line][column]))).TrimEnd(' ')).Append('\n');
        }

        return text.ToString();
    }
}

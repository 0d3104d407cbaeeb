namespace Tripod.Objects.Describing;

/// <summary>Lines of <c>Key: value</c>, values of neighbours aligned, as kubectl's describe prints them.</summary>
internal sealed class Description
{
    private readonly List<(int Level, string Key, string? Value)> lines = [];

    public Description Add(int level, string key, string? value)
    {
        lines.Add((level, key, value ?? ""));
        return this;
    }

    /// <summary>A line that holds no value and aligns nothing.</summary>
    public Description Title(int level, string text)
    {
        lines.Add((level, text, null));
        return this;
    }

    /// <summary>A value for each entry, one below the other; <c>&lt;none&gt;</c> without any.</summary>
    public Description AddMany(int level, string key, IReadOnlyList<string> values)
    {
        Add(level, key, values.Count == 0 ? "<none>" : values[0]);
        foreach (var value in values.Skip(1))
        {
            Add(level, "", value);
        }

        return this;
    }

    public void Print(TextWriter output)
    {
        for (var start = 0; start < lines.Count;)
        {
            // Neighbours are aligned as far as the next title.
            var end = start;
            while (end < lines.Count && lines[end].Value is not null)
            {
                end++;
            }

            var width = start == end ? 0 : lines[start..end].Max(line => line.Level * 2 + line.Key.Length) + 3;
            foreach (var (level, key, value) in lines[start..end])
            {
                output.WriteLine((new string(' ', level * 2) + (key.Length > 0 ? key + ":" : "")).PadRight(width) + value);
            }

            if (end < lines.Count)
            {
                output.WriteLine(new string(' ', lines[end].Level * 2) + lines[end].Key);
                end++;
            }

            start = end;
        }
    }

    /// <summary>Small tables within a description.</summary>
    public Description Table(int level, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max() + 2).ToList();
        foreach (var row in rows.Prepend([.. head.Select(title => new string('-', title.Length))]).Prepend(head))
        {
            Title(level, string.Concat(row.Select((cell, column) => column == row.Count - 1 ? cell : cell.PadRight(widths[column]))));
        }

        return this;
    }
}

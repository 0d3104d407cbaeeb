using System.Globalization;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>A text that is no YAML, with where and the line itself.</summary>
public sealed class YamlFault : Exception
{
    private YamlFault(string message, long line, long column)
        : base(message)
    {
        Line = line;
        Column = column;
    }

    /// <summary>From 1.</summary>
    public long Line { get; }

    /// <summary>From 1.</summary>
    public long Column { get; }

    internal static YamlFault At(string text, long line, long column, string reason)
    {
        var message = string.Create(CultureInfo.InvariantCulture, $"yaml: line {line}: {reason}");
        var source = text.Split('\n', (int)Math.Min(line + 1, int.MaxValue)).ElementAtOrDefault((int)line - 1)?.TrimEnd('\r');
        if (string.IsNullOrWhiteSpace(source) || source.Length > 200)
        {
            return new YamlFault(message, line, column);
        }
        var margin = string.Create(CultureInfo.InvariantCulture, $"  {line} | ");
        var indent = new string([.. source.Take((int)Math.Max(0, column - 1)).Select(c => c == '\t' ? '\t' : ' ')]);
        return new YamlFault($"{message}\n{margin}{source}\n{new string(' ', margin.Length - 2)}| {indent}^", line, column);
    }
}

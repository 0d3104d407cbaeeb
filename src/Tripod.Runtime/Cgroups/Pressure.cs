using System.Globalization;

namespace Tripod.Runtime.Cgroups;

/// <summary>How long tasks waited for something: shares of time in percent, and the sum in microseconds (kernel, Documentation/accounting/psi.rst).</summary>
public sealed record PressureLine(double Avg10, double Avg60, double Avg300, ulong Total);

/// <param name="Some">At least one task waited.</param>
/// <param name="Full">All of them did.</param>
public sealed record Pressure(PressureLine Some, PressureLine Full)
{
    private static readonly PressureLine None = new(0, 0, 0, 0);

    /// <returns>Null where the kernel keeps no account.</returns>
    public static Pressure? Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        return lines.Count == 0 ? null : new(Line(lines, "some"), Line(lines, "full"));
    }

    private static PressureLine Line(List<string[]> lines, string name)
    {
        var values = lines.Find(line => line[0] == name)?.Skip(1).Select(word => word.Split('=')).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        double Average(string of) => values is not null && double.TryParse(values.GetValueOrDefault(of), NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? share : 0;
        return values is null ? None : new(Average("avg10"), Average("avg60"), Average("avg300"), ulong.TryParse(values.GetValueOrDefault("total"), NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : 0);
    }
}

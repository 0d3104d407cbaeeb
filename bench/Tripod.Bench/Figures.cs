using System.Globalization;

namespace Tripod.Bench;

/// <summary>Durations of one thing done many times.</summary>
internal sealed class Figures
{
    private readonly List<double> milliseconds = [];

    public void Add(TimeSpan duration) => milliseconds.Add(duration.TotalMilliseconds);

    public double Median => At(0.5);

    public override string ToString() =>
        milliseconds.Count == 0 ? "-" : milliseconds.Count == 1 ? Text(milliseconds[0]) : $"{Text(Median)} / {Text(At(0.99))}";

    public static string Text(double value) => value.ToString(value < 10 ? "0.0 ms" : "0 ms", CultureInfo.InvariantCulture);

    /// <summary>The smallest value that so many of all do not exceed (nearest rank).</summary>
    private double At(double share) => milliseconds.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * milliseconds.Count) - 1));
}

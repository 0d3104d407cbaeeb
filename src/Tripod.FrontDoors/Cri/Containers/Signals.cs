using Tripod.FrontDoors.Cri.Protocol;

namespace Tripod.FrontDoors.Cri.Containers;

/// <summary>Stop signals: an enumeration in the CRI, a name everywhere else. Pure.</summary>
internal static class Signals
{
    private const string Plus = "Sigrtminplus", Minus = "Sigrtmaxminus";

    /// <summary>Empty for the image's or the runtime's own.</summary>
    public static string Name(Signal signal) => signal.ToString() switch
    {
        _ when signal == Signal.RuntimeDefault => "",
        var name when name.StartsWith(Plus, StringComparison.Ordinal) => $"SIGRTMIN+{name[Plus.Length..]}",
        var name when name.StartsWith(Minus, StringComparison.Ordinal) => $"SIGRTMAX-{name[Minus.Length..]}",
        var name => name.ToUpperInvariant(),
    };

    /// <param name="name">With or without SIG; empty: SIGTERM.</param>
    public static Signal Of(string name)
    {
        var plain = name.Length == 0 ? "SIGTERM" : name.ToUpperInvariant();
        plain = (plain.StartsWith("SIG", StringComparison.Ordinal) ? plain : $"SIG{plain}").Replace("+", "PLUS", StringComparison.Ordinal).Replace("-", "MINUS", StringComparison.Ordinal);
        return Enum.TryParse<Signal>(plain, ignoreCase: true, out var signal) ? signal : Signal.RuntimeDefault;
    }
}

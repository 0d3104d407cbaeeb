using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>Signals as users name them, for the levels above.</summary>
public static class SignalNames
{
    public const int Kill = Signals.Kill, Term = Signals.Term;

    /// <summary>From <c>SIGTERM</c>, <c>TERM</c>, <c>15</c> or <c>SIGRTMIN+3</c>; null for what is none.</summary>
    public static int? Parse(string text) => Signals.Parse(text);

    /// <summary>As the API writes it: <c>SIGTERM</c>, <c>SIGRTMIN+3</c>.</summary>
    public static string Of(int signal) => Signals.NameOf(signal);
}

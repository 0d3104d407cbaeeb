namespace Tripod.Doctor;

internal enum Severity
{
    /// <summary>Pods run, but something that they may want does not.</summary>
    Warning,

    /// <summary>Pods do not run.</summary>
    Fault,
}

/// <param name="Severity">How bad it is.</param>
/// <param name="Problem">What is wrong, in words.</param>
/// <param name="Remedy">What the user can do.</param>
internal sealed record Finding(Severity Severity, string Problem, string Remedy);

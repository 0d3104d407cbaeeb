using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>The Pod Security Standards' levels, the laxest first.</summary>
internal enum SecurityLevel
{
    Privileged,
    Baseline,
    Restricted,
}

/// <summary>A level as it was in a minor version of Kubernetes 1.</summary>
/// <param name="Level">How strict it is.</param>
/// <param name="Minor">Null: the latest.</param>
internal sealed record SecurityStandard(SecurityLevel Level, int? Minor)
{
    public static SecurityStandard None { get; } = new(SecurityLevel.Privileged, null);

    public bool IsSince(int minor) => Minor is null || Minor >= minor;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Level.ToString().ToLowerInvariant()}:{(Minor is { } minor ? string.Create(CultureInfo.InvariantCulture, $"v1.{minor}") : "latest")}");
}

/// <summary>What a namespace asks of its pods, by its labels <c>pod-security.kubernetes.io/…</c>. Pure.</summary>
internal sealed record SecurityPolicy(SecurityStandard Enforce, SecurityStandard Audit, SecurityStandard Warn)
{
    private const string Prefix = "pod-security.kubernetes.io/";

    public bool AsksNothing => Enforce.Level == SecurityLevel.Privileged && Audit.Level == SecurityLevel.Privileged && Warn.Level == SecurityLevel.Privileged;

    /// <summary>An enforced level that cannot be understood is the strictest; the other two then ask nothing.</summary>
    /// <param name="labels">Of the namespace.</param>
    /// <param name="errors">What is wrong with them.</param>
    public static SecurityPolicy Of(JsonObject? labels, FieldErrors errors)
    {
        var enforce = Read(labels, "enforce", SecurityLevel.Restricted, errors);
        var audit = Read(labels, "audit", SecurityLevel.Privileged, errors);
        var warn = Read(labels, "warn", SecurityLevel.Privileged, errors);
        if (labels.Text(Prefix + "warn") is null && enforce.Level > warn.Level)
        {
            // Who enforces and does not say what to warn of is warned of the same, where nothing is enforced: in templates.
            warn = labels.Text(Prefix + "warn-version") is null ? enforce : warn with { Level = enforce.Level };
        }

        return new(enforce, audit, warn);
    }

    private static SecurityStandard Read(JsonObject? labels, string mode, SecurityLevel unknown, FieldErrors errors)
    {
        var level = SecurityLevel.Privileged;
        if (labels.Text(Prefix + mode) is { } name)
        {
            SecurityLevel? known = name switch
            {
                "privileged" => SecurityLevel.Privileged,
                "baseline" => SecurityLevel.Baseline,
                "restricted" => SecurityLevel.Restricted,
                _ => null,
            };
            if (known is null)
            {
                errors.Add(FieldError.Invalid($"metadata.labels[{Prefix}{mode}]", name, "must be one of privileged, baseline, restricted"));
            }

            level = known ?? unknown;
        }

        int? minor = null;
        if (labels.Text($"{Prefix}{mode}-version") is { } version and not "latest")
        {
            if (IsVersion(version))
            {
                minor = int.TryParse(version[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            }
            else
            {
                errors.Add(FieldError.Invalid($"metadata.labels[{Prefix}{mode}-version]", version, "must be \"latest\" or \"v1.x\""));
            }
        }

        return new(level, minor);
    }

    private static bool IsVersion(string text) =>
        text.StartsWith("v1.", StringComparison.Ordinal) && text.Length is > 3 and < 12 && text[3..].All(char.IsAsciiDigit) && (text.Length == 4 || text[3] != '0');
}

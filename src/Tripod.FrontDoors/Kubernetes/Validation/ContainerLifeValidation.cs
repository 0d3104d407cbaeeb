using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What a container of a pod says of its ends and its changes: when it is started anew, how it is resized, by which signal it is stopped.</summary>
internal static class ContainerLifeValidation
{
    private const int MostRules = 20, MostValues = 255;

    private static readonly string[] Resizable = ["cpu", "memory"], ResizePolicies = ["NotRequired", "RestartContainer"];

    private static readonly string[] Signals =
    [
        "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGIO", "SIGIOT", "SIGKILL", "SIGPIPE",
        "SIGPOLL", "SIGPROF", "SIGPWR", "SIGQUIT", "SIGRTMAX",
        .. Enumerable.Range(1, 14).Select(number => $"SIGRTMAX-{number}").Order(StringComparer.Ordinal),
        "SIGRTMIN",
        .. Enumerable.Range(1, 15).Select(number => $"SIGRTMIN+{number}").Order(StringComparer.Ordinal),
        "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGVTALRM",
        "SIGWINCH", "SIGXCPU", "SIGXFSZ",
    ];

    /// <param name="container">Of the pod's own lists.</param>
    /// <param name="spec">The pod's.</param>
    public static void Validate(JsonObject container, string path, JsonObject spec, bool isInit, FieldErrors errors)
    {
        ValidateRestartRules(container, path, errors);
        ValidateStopSignal(container, path, spec, errors);
        ValidateSleep(container, path, spec, errors);
        var isOnce = isInit && container.Text("restartPolicy") != "Always";
        if (isOnce && container.List("resizePolicy") is { Count: > 0 } policies)
        {
            errors.Add(FieldError.Invalid($"{path}.resizePolicy", policies, "must not be set for init containers"));
        }
        else
        {
            ValidateResizePolicy(container, $"{path}.resizePolicy", container.Text("restartPolicy") ?? spec.Text("restartPolicy") ?? "", errors);
        }
    }

    private static void ValidateRestartRules(JsonObject container, string path, FieldErrors errors)
    {
        if (container.List("restartPolicyRules") is not { Count: > 0 } rules)
        {
            return;
        }

        if (container.Text("restartPolicy") is null or "")
        {
            errors.Add(FieldError.Required($"{path}.restartPolicy", "must specify restartPolicy when restart rules are used"));
        }

        if (rules.Count > MostRules)
        {
            errors.Add(FieldError.TooMany($"{path}.restartPolicyRules", rules.Count, MostRules));
        }

        var index = 0;
        foreach (var rule in container.Maps("restartPolicyRules"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.restartPolicyRules[{index++}]");
            Supported(rule, "action", here, ["Restart", "RestartAllContainers"], errors);
            if (rule.Map("exitCodes") is not { } codes)
            {
                errors.Add(FieldError.Required($"{here}.exitCodes", "must be specified"));
                continue;
            }

            Supported(codes, "operator", $"{here}.exitCodes", ["In", "NotIn"], errors);
            var values = codes.List("values") ?? [];
            if (values.Count == 0)
            {
                errors.Add(FieldError.Invalid($"{here}.exitCodes.values", values, "must have at least one value"));
            }
            else if (values.Count > MostValues)
            {
                errors.Add(FieldError.TooMany($"{here}.exitCodes.values", values.Count, MostValues));
            }
        }
    }

    private static void ValidateStopSignal(JsonObject container, string path, JsonObject spec, FieldErrors errors)
    {
        if (container.Map("lifecycle")?["stopSignal"] is not JsonValue signal)
        {
            return;
        }

        var here = $"{path}.lifecycle.stopSignal";
        switch (spec.Map("os").Text("name"))
        {
            case null or "":
                errors.Add(FieldError.Forbidden(here, "may not be set for containers with empty `spec.os.name`"));
                break;
            case "windows" when signal.ToString() is not ("SIGKILL" or "SIGTERM"):
                errors.Add(FieldError.NotSupported(here, signal.DeepClone(), "SIGKILL", "SIGTERM"));
                break;
            case "linux" when !Signals.Contains(signal.ToString()):
                errors.Add(FieldError.NotSupported(here, signal.DeepClone(), Signals));
                break;
        }
    }

    /// <summary>A hook that sleeps beyond the grace period would always be cut off.</summary>
    private static void ValidateSleep(JsonObject container, string path, JsonObject spec, FieldErrors errors)
    {
        foreach (var hook in (string[])["postStart", "preStop"])
        {
            if (container.Map("lifecycle").Map(hook).Map("sleep").Number("seconds") is { } seconds
                && spec.Number("terminationGracePeriodSeconds") is { } grace && (seconds < 0 || seconds > grace))
            {
                errors.Add(FieldError.Invalid($"{path}.lifecycle.{hook}.sleep", seconds, string.Create(CultureInfo.InvariantCulture, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})")));
            }
        }
    }

    private static void ValidateResizePolicy(JsonObject container, string path, string restartPolicy, FieldErrors errors)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var policy in container.Maps("resizePolicy"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
            var name = policy.Text("resourceName") ?? "";
            if (!named.Add(name))
            {
                errors.Add(FieldError.Duplicate(here, name));
            }

            One(name, Resizable);
            var wanted = policy.Text("restartPolicy") ?? "";
            One(wanted, ResizePolicies);
            if (restartPolicy == "Never" && wanted != "NotRequired")
            {
                errors.Add(FieldError.Invalid(path, wanted, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
            }
        }

        void One(string value, string[] supported)
        {
            if (value.Length == 0)
            {
                errors.Add(FieldError.Required(path));
            }
            else if (!supported.Contains(value))
            {
                errors.Add(FieldError.NotSupported(path, value, supported));
            }
        }
    }

    private static void Supported(JsonObject map, string name, string path, string[] supported, FieldErrors errors)
    {
        if (!supported.Contains(map.Text(name) ?? ""))
        {
            errors.Add(FieldError.NotSupported($"{path}.{name}", map.Text(name) ?? "", supported));
        }
    }
}

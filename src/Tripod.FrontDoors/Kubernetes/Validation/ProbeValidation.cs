using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Probes and lifecycle hooks: exactly one handler, and a handler that can work.</summary>
internal static class ProbeValidation
{
    public static void Validate(JsonObject probe, string name, string path, FieldErrors errors)
    {
        ValidateHandler(probe, path, ["exec", "httpGet", "tcpSocket", "grpc"], errors);
        foreach (var field in (string[])["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
        {
            errors.NotNegative(probe, field, path);
        }
        if (name != "readinessProbe" && probe.Number("successThreshold") is { } successes && successes is > 1)
        {
            errors.Add(FieldError.Invalid($"{path}.successThreshold", successes, "must be 1"));
        }
        if (probe.Number("terminationGracePeriodSeconds") is not { } grace)
        {
            return;
        }
        if (name == "readinessProbe")
        {
            errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"));
        }
        else if (grace <= 0)
        {
            errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0"));
        }
    }

    public static void ValidateLifecycle(JsonObject lifecycle, string path, FieldErrors errors)
    {
        foreach (var hook in (string[])["postStart", "preStop"])
        {
            if (lifecycle.Map(hook) is { } handler)
            {
                ValidateHandler(handler, $"{path}.{hook}", ["exec", "httpGet", "tcpSocket", "sleep"], errors);
            }
        }
    }

    private static void ValidateHandler(JsonObject holder, string path, string[] kinds, FieldErrors errors)
    {
        var found = kinds.Where(k => holder.Map(k) is not null).ToList();
        if (found.Count == 0)
        {
            errors.Add(FieldError.Required(path, "must specify a handler type"));
        }
        foreach (var extra in found.Skip(1))
        {
            errors.Add(FieldError.Forbidden($"{path}.{extra}", "may not specify more than 1 handler type"));
        }
        if (found.Count == 0)
        {
            return;
        }
        var (here, handler) = ($"{path}.{found[0]}", holder.Map(found[0])!);
        switch (found[0])
        {
            case "exec":
                if (handler.List("command") is not { Count: > 0 })
                {
                    errors.Add(FieldError.Required($"{here}.command"));
                }
                break;
            case "httpGet":
                errors.Required(handler, "path", here);
                ValidatePort(handler["port"], $"{here}.port", errors);
                errors.OneOf(handler, "scheme", here, "HTTP", "HTTPS");
                foreach (var header in handler.Maps("httpHeaders"))
                {
                    errors.Invalid($"{here}.httpHeaders", header.Text("name") ?? "", NameRules.HeaderName(header.Text("name") ?? ""));
                }
                break;
            case "sleep":
                // Its length goes with the pod's grace: ContainerLifeValidation.
                break;
            default:
                ValidatePort(handler["port"], $"{here}.port", errors);
                break;
        }
    }

    private static void ValidatePort(JsonNode? port, string path, FieldErrors errors)
    {
        if (port is JsonValue name && name.GetValueKind() == JsonValueKind.String)
        {
            errors.Invalid(path, port, NameRules.PortName(name.GetValue<string>()));
            return;
        }
        var number = port is JsonValue value ? JsonFields.Number(value) ?? 0 : 0;
        errors.Invalid(path, number, NameRules.Port(number));
    }
}

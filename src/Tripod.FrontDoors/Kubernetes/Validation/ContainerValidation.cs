using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>One container of a pod.</summary>
internal static class ContainerValidation
{
    public static void Validate(JsonObject container, string path, IReadOnlySet<string> volumes, bool isInit, FieldErrors errors)
    {
        if (errors.Required(container, "name", path) is { } name)
        {
            errors.Invalid($"{path}.name", name, NameRules.Label(name));
        }
        if (errors.Required(container, "image", path) is { } image && image.Trim() != image)
        {
            errors.Add(FieldError.Invalid($"{path}.image", image, "must not have leading or trailing whitespace"));
        }
        errors.OneOf(container, "imagePullPolicy", path, "Always", "IfNotPresent", "Never");
        errors.OneOf(container, "terminationMessagePolicy", path, "FallbackToLogsOnError", "File");
        errors.OneOf(container, "restartPolicy", path, "Always", "OnFailure", "Never");
        ValidatePorts(container, path, errors);
        EnvironmentValidation.Validate(container, path, errors);
        ResourceValidation.Validate(container.Map("resources"), $"{path}.resources", errors);
        MountValidation.Validate(container, path, volumes, errors);
        SecurityValidation.ValidateContainer(container.Map("securityContext"), $"{path}.securityContext", errors);
        ValidateHandlers(container, path, isInit, errors);
    }

    private static void ValidateHandlers(JsonObject container, string path, bool isInit, FieldErrors errors)
    {
        var runsOnce = isInit && container.Text("restartPolicy") != "Always";
        foreach (var name in (string[])["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Map(name) is not { } value)
            {
                continue;
            }
            if (runsOnce)
            {
                errors.Add(FieldError.Forbidden($"{path}.{name}", "may not be set for init containers without restartPolicy=Always"));
            }
            else if (name == "lifecycle")
            {
                ProbeValidation.ValidateLifecycle(value, $"{path}.{name}", errors);
            }
            else
            {
                ProbeValidation.Validate(value, name, $"{path}.{name}", errors);
            }
        }
    }

    private static void ValidatePorts(JsonObject container, string path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var port in container.Maps("ports"))
        {
            var here = string.Create(CultureInfo.InvariantCulture, $"{path}.ports[{index++}]");
            if (port.Text("name") is { Length: > 0 } name)
            {
                errors.Invalid($"{here}.name", name, NameRules.PortName(name));
                if (!names.Add(name))
                {
                    errors.Add(FieldError.Duplicate($"{here}.name", name));
                }
            }
            if (port.Number("containerPort") is null or 0)
            {
                errors.Add(FieldError.Required($"{here}.containerPort"));
            }
            else
            {
                errors.InRange(port, "containerPort", here, 1, 65535);
            }
            if (port.Number("hostPort") is not (null or 0))
            {
                errors.InRange(port, "hostPort", here, 1, 65535);
            }
            if (port.Text("protocol") is null or "")
            {
                errors.Add(FieldError.Required($"{here}.protocol"));
            }
            errors.OneOf(port, "protocol", here, "SCTP", "TCP", "UDP");
            if (port.Text("hostIP") is { Length: > 0 } address)
            {
                errors.Invalid($"{here}.hostIP", address, NameRules.Address(address));
            }
        }
    }
}

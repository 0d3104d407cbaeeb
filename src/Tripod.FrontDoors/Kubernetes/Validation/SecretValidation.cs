using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A Secret's keys and size, and what its type asks for. Values are never shown.</summary>
internal static class SecretValidation
{
    private const string Hidden = "<secret contents redacted>";

    public static void Validate(JsonObject secret, FieldErrors errors)
    {
        var data = secret.Map("data") ?? [];
        var size = 0L;
        foreach (var (key, value) in data)
        {
            errors.Invalid($"data[{key}]", key, NameRules.ConfigKey(key));
            size += (value?.ToString().Length ?? 0) / 4 * 3L;
        }
        if (size > ConfigMapValidation.MaxBytes)
        {
            errors.Add(FieldError.TooLong("data", ConfigMapValidation.MaxBytes));
        }
        switch (secret.Text("type"))
        {
            case "kubernetes.io/dockercfg":
                RequireJson(data, ".dockercfg", errors);
                break;
            case "kubernetes.io/dockerconfigjson":
                RequireJson(data, ".dockerconfigjson", errors);
                break;
            case "kubernetes.io/basic-auth" when !data.ContainsKey("username") && !data.ContainsKey("password"):
                Require(data, "username", errors);
                Require(data, "password", errors);
                break;
            case "kubernetes.io/ssh-auth":
                Require(data, "ssh-privatekey", errors);
                break;
            case "kubernetes.io/tls":
                Require(data, "tls.crt", errors);
                Require(data, "tls.key", errors);
                break;
            case "kubernetes.io/service-account-token"
                when secret.Map("metadata").Map("annotations").Text("kubernetes.io/service-account.name") is null or "":
                errors.Add(FieldError.Required("metadata.annotations[kubernetes.io/service-account.name]"));
                break;
        }
    }

    public static void ValidateUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        if (old.Text("type") is { } before && changed.Text("type") is { } after && before != after)
        {
            errors.Add(FieldError.Invalid("type", after, "field is immutable"));
        }
        ConfigMapValidation.ValidateUpdate(old, changed, errors, "data");
    }

    private static void Require(JsonObject data, string key, FieldErrors errors)
    {
        if (!data.ContainsKey(key))
        {
            errors.Add(FieldError.Required($"data[{key}]"));
        }
    }

    private static void RequireJson(JsonObject data, string key, FieldErrors errors)
    {
        if (data.Text(key) is not { } value)
        {
            errors.Add(FieldError.Required($"data[{key}]"));
            return;
        }
        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(value));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return;
            }
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
        }
        errors.Add(FieldError.Invalid($"data[{key}]", Hidden, "must be valid JSON"));
    }
}

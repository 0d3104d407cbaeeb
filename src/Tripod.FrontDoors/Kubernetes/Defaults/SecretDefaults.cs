using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>A secret's type, and its <c>stringData</c> moved to where it is read.</summary>
public static class SecretDefaults
{
    public static void Apply(JsonObject secret)
    {
        secret.Default("type", "Opaque");
        if (secret.Map("stringData") is not { } plain)
        {
            return;
        }
        var data = secret.MapOrNew("data");
        foreach (var (key, value) in plain)
        {
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value?.GetValue<string>() ?? ""));
        }
        secret.Remove("stringData");
    }
}

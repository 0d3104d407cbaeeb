using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

internal static class SecretKind
{
    public static ServedKind Row { get; } = new()
    {
        Kind = "Secret",
        Plural = "secrets",
        Singular = "secret",
        Columns = [TableColumn.ObjectName, new("Type", "what its entries are for"), new("Data", "how many entries it holds"), TableColumn.Age],
        Row = (secret, now) =>
        [
            secret.Text("metadata", "name"),
            secret.Text("type"),
            $"{secret.Size("data")}",
            HumanDuration.Since(secret.Moment("metadata", "creationTimestamp"), now),
        ],
        Selectable = new Dictionary<string, Func<JsonElement, string>> { ["type"] = secret => secret.Text("type") },
    };
}

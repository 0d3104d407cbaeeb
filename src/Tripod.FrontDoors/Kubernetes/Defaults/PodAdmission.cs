using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>What a cluster's admission plugins ServiceAccount and DefaultTolerationSeconds add to every pod.</summary>
internal static class PodAdmission
{
    private const int TolerationSeconds = 300;

    public static void Apply(JsonObject spec)
    {
        // The old name is an alias; the new one wins.
        spec.Default("serviceAccountName", spec.Text("serviceAccount") is { Length: > 0 } alias ? alias : "default");
        spec["serviceAccount"] = spec.Text("serviceAccountName");

        Tolerate(spec, "node.kubernetes.io/not-ready");
        Tolerate(spec, "node.kubernetes.io/unreachable");
    }

    private static void Tolerate(JsonObject spec, string taint)
    {
        foreach (var toleration in spec.Maps("tolerations"))
        {
            var key = toleration.Text("key") ?? "";
            var effect = toleration.Text("effect") ?? "";
            if ((key == taint || key.Length == 0) && effect is "NoExecute" or "")
            {
                return;
            }
        }
        if (spec.List("tolerations") is not { } list)
        {
            list = [];
            spec["tolerations"] = list;
        }
        list.Add((JsonNode)new JsonObject
        {
            ["key"] = taint,
            ["operator"] = "Exists",
            ["effect"] = "NoExecute",
            ["tolerationSeconds"] = Bodies.JsonText.Number(TolerationSeconds),
        });
    }
}

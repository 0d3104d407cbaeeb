using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>A pod's ServiceAccount must exist; it lends the pod its pull secrets, and a volume with its token (Kubernetes: ServiceAccount admission controller).</summary>
internal static class AccountAdmission
{
    public const string VolumePrefix = "kube-api-access-";

    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";
    private const int TokenSeconds = 3607, ReadableByAll = 0x1A4; // 0644

    /// <exception cref="ApiException">403: there is no such account.</exception>
    public static void Apply(DoorParts door, string space, JsonObject pod)
    {
        var spec = pod.MapOrNew("spec");
        var name = spec.Text("serviceAccountName") ?? "default";
        if (name == "default")
        {
            // A namespace that was made this moment may not have its own yet.
            door.Pods?.Furnish(space);
        }

        var account = door.Store.Get(ResourceKeys.Of("serviceaccounts", space, name)) is { } stored ? JsonBytes.Parse(stored.Document)
            : throw ApiException.Forbidden("pods", pod.Map("metadata").Text("name") ?? "", $"error looking up service account {space}/{name}: serviceaccount \"{name}\" not found");
        if (spec.List("imagePullSecrets") is not { Count: > 0 } && account.List("imagePullSecrets") is { Count: > 0 } secrets)
        {
            spec["imagePullSecrets"] = secrets.DeepClone();
        }

        if (spec.Flag("automountServiceAccountToken") ?? account.Flag("automountServiceAccountToken") ?? true)
        {
            Mount(spec);
        }
    }

    private static void Mount(JsonObject spec)
    {
        var volume = spec.Maps("volumes").FirstOrDefault(known => known.Text("name")?.StartsWith(VolumePrefix, StringComparison.Ordinal) == true)?.Text("name");
        var containers = spec.Maps("initContainers").Concat(spec.Maps("containers"))
            .Where(container => container.Maps("volumeMounts").All(mount => mount.Text("mountPath")?.TrimEnd('/') != Folder)).ToList();
        if (containers.Count == 0)
        {
            return;
        }

        var name = volume ?? VolumePrefix + RandomNumberGenerator.GetString(Letters, 5);
        foreach (var container in containers)
        {
            List(container, "volumeMounts").Add((JsonNode)new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = Folder });
        }

        if (volume is null)
        {
            List(spec, "volumes").Add((JsonNode)Volume(name));
        }
    }

    private static JsonObject Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = Bodies.JsonText.Number(TokenSeconds), ["path"] = "token" } },
                new JsonObject
                {
                    ["configMap"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }) },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
            ["defaultMode"] = Bodies.JsonText.Number(ReadableByAll),
        },
    };

    private static JsonArray List(JsonObject map, string name)
    {
        if (map.List(name) is not { } list)
        {
            map[name] = list = [];
        }

        return list;
    }
}

using System.Text.Json.Nodes;
using Tripod.Store;

namespace Tripod.Pods.Cluster.Storage;

/// <summary>The default storage class: a directory of the engine's own for each claim, made when a pod first uses it.</summary>
internal static class LocalPathClass
{
    public const string Name = "local-path", Provisioner = "tripod.dev/local-path";
    public const string IsDefault = "storageclass.kubernetes.io/is-default-class";

    private const string Group = "storage.k8s.io/v1";

    public static void Ensure(ObjectStore store, DateTimeOffset now)
    {
        var key = ResourceKeys.Of("storageclasses", null, Name);
        if (store.Get(key) is not null)
        {
            return;
        }

        var made = NewObject.Make("StorageClass", null, Name, now);
        made["apiVersion"] = Group;
        made["metadata"]!["annotations"] = new JsonObject { [IsDefault] = "true" };
        made["provisioner"] = Provisioner;
        made["reclaimPolicy"] = "Delete";
        made["volumeBindingMode"] = "WaitForFirstConsumer";
        store.Create(key, made);
    }
}

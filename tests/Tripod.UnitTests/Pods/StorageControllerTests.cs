using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Tripod.Pods;
using Tripod.Pods.Cluster.Storage;
using Tripod.Pods.Events;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class StorageControllerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-storage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Volume_that_was_bound_since_stays_bound_whatever_is_told_of_it_late()
    {
        using var store = ObjectStore.Open(Path.Combine(folder, "store.db"));
        await using var events = new EventRecorder(store, "here", TimeProvider.System, NullLogger.Instance);
        var options = new PodEngineOptions { NodeName = "here", Root = folder, Run = folder, NodeIps = ["127.0.0.1"], CaCertificate = "" };
        var controller = new StorageController(store, new(store, options, events, TimeProvider.System), events, TimeProvider.System);
        var key = ResourceKeys.Of("persistentvolumes", null, "v");
        var free = store.Create(key, (JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v","uid":"u"},"spec":{},"status":{"phase":"Pending"}}""")!);
        store.Update(key, volume =>
        {
            volume["spec"]!["claimRef"] = new JsonObject { ["namespace"] = "a", ["name"] = "c" };
            volume["status"]!["phase"] = "Bound";
            return volume;
        });
        controller.OnVolume(StoreEventType.Added, free);
        Assert.Equal("Bound", (string?)JsonNode.Parse(store.Get(key)!.Document.Span)!["status"]!["phase"]);
    }
}

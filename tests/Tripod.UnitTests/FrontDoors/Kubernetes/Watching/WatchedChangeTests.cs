using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Tripod.FrontDoors.Kubernetes.Watching;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Watching;

public sealed class WatchedChangeTests
{
    private static readonly StoredObject In = Object("in", 1), InLater = Object("in", 2), Out = Object("out", 2), OutEarlier = Object("out", 1);

    public static TheoryData<StoreEventType, StoredObject, StoredObject?, string?> Changes => new()
    {
        { StoreEventType.Added, InLater, null, "ADDED" },
        { StoreEventType.Added, Out, null, null },
        { StoreEventType.Modified, InLater, In, "MODIFIED" },
        { StoreEventType.Modified, InLater, OutEarlier, "ADDED" },
        { StoreEventType.Modified, Out, In, "DELETED" },
        { StoreEventType.Modified, Out, OutEarlier, null },
        { StoreEventType.Deleted, InLater, In, "DELETED" },
        { StoreEventType.Deleted, Out, OutEarlier, null },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Watcher_sees_objects_come_and_go_as_they_enter_and_leave_its_selection(StoreEventType type, StoredObject now, StoredObject? before, string? expected) =>
        Assert.Equal(expected, WatchedChange.Of(new(type, now, before), Selection.Parse("at=in", null, ConfigMapKind.Row))?.Type);

    [Fact]
    public void Object_that_leaves_is_shown_as_it_was_at_the_revision_of_its_leaving()
    {
        var (_, stored) = WatchedChange.Of(new(StoreEventType.Modified, Out, In), Selection.Parse("at=in", null, ConfigMapKind.Row))!.Value;
        var document = JsonNode.Parse(stored.Document.Span)!;
        Assert.Equal(("in", "2"), ((string?)document["metadata"]!["labels"]!["at"], (string?)document["metadata"]!["resourceVersion"]));
    }

    private static StoredObject Object(string at, long revision) =>
        Stored.Of($"{{'metadata':{{'name':'a','resourceVersion':'{revision}','labels':{{'at':'{at}'}}}}}}", revision);
}

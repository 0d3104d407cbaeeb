using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Writing;

/// <summary>Takes a delete of one object from DELETE, its collection's, and eviction; marks it or removes it from the store.</summary>
internal sealed class DeleteStored(DoorParts door)
{
    /// <returns>The object as it now is, or last was; and whether it is gone.</returns>
    /// <exception cref="ApiException">403, 404 or 409.</exception>
    public (StoredObject Object, bool Gone) Run(ServedKind kind, string key, string name, DeleteOptions options)
    {
        if (kind.Deletion == Deletion.ByController && NamespaceKind.Protected.Contains(name))
        {
            throw ApiException.Forbidden(kind.GroupResource, name, "this namespace may not be deleted");
        }

        while (true)
        {
            var stored = door.Store.Get(key) ?? throw ApiException.NotFound(kind.GroupResource, name);
            try
            {
                return Try(kind, stored, name, options);
            }
            catch (RevisionConflictException)
            {
                // Someone wrote in between: look at it again.
            }
            catch (KeyNotFoundInStoreException)
            {
                throw ApiException.NotFound(kind.GroupResource, name);
            }
        }
    }

    private (StoredObject Object, bool Gone) Try(ServedKind kind, StoredObject stored, string name, DeleteOptions options)
    {
        var document = JsonBytes.Parse(stored.Document);
        options.Check(kind.GroupResource, name, stored, document);
        var before = document.DeepClone();
        if (options.Finalizer is { } finalizer && document.Map("metadata").Text("deletionTimestamp") is null)
        {
            Hold(document.MapOrNew("metadata"), finalizer);
        }

        var marked = Removal.Mark(document, kind, options.GraceSeconds, door.Now);
        if (options.DryRun)
        {
            return (stored, marked is null);
        }

        if (marked is null)
        {
            return (door.Store.Delete(stored.Key, stored.Revision) ?? throw ApiException.NotFound(kind.GroupResource, name), true);
        }

        return JsonNode.DeepEquals(before, marked)
            ? (stored, false)
            : (door.Store.Update(stored.Key, stored.Revision, marked), false);
    }

    private static void Hold(JsonObject metadata, string finalizer)
    {
        if (metadata.List("finalizers") is not { } finalizers)
        {
            metadata["finalizers"] = finalizers = [];
        }

        if (!finalizers.Any(known => known?.ToString() == finalizer))
        {
            finalizers.Add((JsonNode)finalizer);
        }
    }
}

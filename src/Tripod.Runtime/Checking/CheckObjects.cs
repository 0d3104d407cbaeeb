using System.Text.Json;
using Tripod.Store;

namespace Tripod.Runtime.Checking;

/// <summary>The API objects: whether each can be read, and whether the namespaces and volumes that they name are there.</summary>
internal static class CheckObjects
{
    private const string Registry = "/registry/";

    /// <param name="objects">All there are.</param>
    /// <param name="drop">Deletes an object whose document is unusable; null where nothing may be changed.</param>
    public static IEnumerable<Finding> Run(IReadOnlyList<(string Key, long Revision, byte[] Document)> objects, Action<string, byte[]>? drop)
    {
        var keys = objects.Select(found => found.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, revision, document) in objects)
        {
            var name = key.StartsWith(Registry, StringComparison.Ordinal) ? key[Registry.Length..] : key;
            if (ObjectFaults.Find(key, revision, document) is { } fault)
            {
                drop?.Invoke(key, document);
                yield return drop is null
                    ? new($"object {name} {fault}", "--repair takes it out and keeps a copy in the folder damaged")
                    : new($"object {name} {fault}", "it is taken out; a copy is kept in the folder damaged", Mended: true);
            }
            else if (key.Split('/') is [_, _, _, var space, _] && !keys.Contains($"{Registry}namespaces/{space}"))
            {
                yield return new($"object {name}: there is no namespace {space}", $"kubectl create namespace {space}, or delete the object");
            }
            else if (key.StartsWith($"{Registry}persistentvolumeclaims/", StringComparison.Ordinal) && Volume(document) is { Length: > 0 } volume && !keys.Contains($"{Registry}persistentvolumes/{volume}"))
            {
                yield return new($"object {name}: its volume {volume} is not there", "create the PersistentVolume again, or delete the claim");
            }
        }
    }

    private static string? Volume(byte[] document)
    {
        using var claim = JsonDocument.Parse(document);
        return claim.RootElement.TryGetProperty("spec", out var spec) && spec.TryGetProperty("volumeName", out var name) ? name.GetString() : null;
    }
}

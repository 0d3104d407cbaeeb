using System.Text.Json.Nodes;

namespace Tripod.Pods.StaticPods;

/// <summary>A pod as a file describes it, its defaults filled in and found valid.</summary>
/// <param name="Pod">As the API would show it, but for what the node adds.</param>
/// <param name="Warnings">What in the file is not understood.</param>
public sealed record PodManifest(JsonObject Pod, IReadOnlyList<string> Warnings);

/// <summary>A file that describes no pod that this node could run; the message says what is wrong with it.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);

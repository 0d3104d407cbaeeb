using System.Text.Json.Nodes;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>Names of an image as Docker shows them: <c>nginx:latest</c>.</summary>
internal static class ImageNames
{
    public static JsonArray Tags(ImageRecord image) => Array(image.RepoTags);

    public static JsonArray Digests(ImageRecord image) => Array(image.RepoDigests);

    private static JsonArray Array(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)ImageReference.Shorten(name))]);
}

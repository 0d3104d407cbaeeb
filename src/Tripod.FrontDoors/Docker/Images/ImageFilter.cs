using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.References;

namespace Tripod.FrontDoors.Docker.Images;

/// <summary>The <c>filters</c> of a list of images: <c>{"reference":["nginx*"]}</c>, or the older <c>{"reference":{"nginx*":true}}</c>. Pure.</summary>
internal sealed class ImageFilter
{
    private readonly IReadOnlyList<string> references, labels;
    private readonly bool? dangling;

    private ImageFilter(IReadOnlyList<string> references, IReadOnlyList<string> labels, bool? dangling) =>
        (this.references, this.labels, this.dangling) = (references, labels, dangling);

    /// <exception cref="DockerException">400 for a filter that is not known or not understood.</exception>
    public static ImageFilter Parse(string text)
    {
        try
        {
            var filters = text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? [];
            if (filters.Select(filter => filter.Key).FirstOrDefault(key => key is not ("reference" or "label" or "dangling")) is { } unknown)
            {
                throw new DockerException(400, $"invalid filter '{unknown}': images are filtered by reference, label and dangling");
            }

            return new(Values(filters["reference"]), Values(filters["label"]), Values(filters["dangling"]) is [var value, ..] ? value is "1" or "true" : null);
        }
        catch (JsonException failure)
        {
            throw new DockerException(400, $"invalid filter: {failure.Message}", failure);
        }
    }

    public bool Takes(ImageRecord image) =>
        (dangling is null || dangling == (image.RepoTags.Count == 0))
        && (references.Count == 0 || image.RepoTags.Any(tag => references.Any(pattern => Matches(pattern, ImageReference.Shorten(tag)))))
        && labels.All(label => label.Split('=', 2) is var pair && image.Config.Labels.TryGetValue(pair[0], out var value) && (pair.Length == 1 || pair[1] == value));

    /// <summary>Of an image's names those that the filter asks for, as Docker shows them; all where it asks for none.</summary>
    public ImageRecord Narrow(ImageRecord image) => references.Count == 0 ? image : image with
    {
        RepoTags = [.. image.RepoTags.Where(tag => references.Any(pattern => Matches(pattern, ImageReference.Shorten(tag))))],
        RepoDigests = [.. image.RepoDigests.Where(digest => references.Any(pattern => Matches(pattern, ImageReference.Shorten(digest).Split('@')[0])))],
    };

    /// <summary>A pattern without a tag is for every tag; as in a shell an asterisk ends at a slash.</summary>
    private static bool Matches(string pattern, string name)
    {
        var (wanted, parts) = (pattern.Split('/'), name.Split('/'));
        return wanted.Length == parts.Length && wanted.Zip(parts).SkipLast(1).All(pair => Fits(pair.First, pair.Second))
            && (Fits(wanted[^1], parts[^1]) || Fits(wanted[^1], parts[^1].Split(':')[0]));
    }

    private static bool Fits(string pattern, string part) => FileSystemName.MatchesSimpleExpression(pattern, part, ignoreCase: false);

    private static List<string> Values(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.Select(value => value?.ToString() ?? "")],
        JsonObject set => [.. set.Select(value => value.Key)],
        _ => [],
    };
}

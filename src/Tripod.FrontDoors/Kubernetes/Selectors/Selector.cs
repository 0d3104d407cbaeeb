using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Selectors;

/// <summary>Which objects a list or watch wants: its label and field selectors together.</summary>
public sealed class Selector
{
    private readonly List<Func<JsonObject, bool>> terms = [];

    public static Selector Of(ApiCall call)
    {
        var selector = new Selector();
        selector.terms.AddRange(LabelSelector.Parse(call.Query("labelSelector")));
        selector.terms.AddRange(FieldSelector.Parse(call.Query("fieldSelector"), call.Kind));
        if (call.Path.Name is { } name)
        {
            selector.terms.Add(document => (string?)document["metadata"]!["name"] == name);
        }

        return selector;
    }

    public bool Takes(StoredObject stored)
    {
        if (terms.Count == 0)
        {
            return true;
        }

        var document = (JsonObject)JsonNode.Parse(stored.Document.Span)!;
        return terms.TrueForAll(term => term(document));
    }
}

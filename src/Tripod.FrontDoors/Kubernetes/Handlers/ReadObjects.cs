using System.Globalization;
using System.Text;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Selectors;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Handlers;

/// <summary>GET of one object, and of a collection, whole or in chunks.</summary>
internal sealed class ReadObjects(DoorParts parts)
{
    public Task Get(ApiCall call) => Answer.Object(
        call,
        parts.Store.Get(call.Key) ?? throw ApiException.NotFound(call.Kind.Qualified, call.Name),
        parts.Now);

    public Task List(ApiCall call)
    {
        var selector = Selector.Of(call);
        var (all, revision) = parts.Store.List(ResourceKeys.Prefix(call.Kind.Collection, call.Namespace));
        var after = Decode(call.Query("continue"));
        var wanted = all.Where(stored => string.CompareOrdinal(stored.Key, after) > 0 && selector.Takes(stored)).ToList();
        if (!int.TryParse(call.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit <= 0 || wanted.Count <= limit)
        {
            return Answer.List(call, wanted, revision, null, parts.Now);
        }

        var page = wanted.GetRange(0, limit);
        return Answer.List(call, page, revision, (Encode(page[^1].Key), wanted.Count - limit), parts.Now);
    }

    private static string Encode(string key) => Convert.ToBase64String(Encoding.UTF8.GetBytes(key));

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw ApiException.BadRequest("continue key is not valid: begin the list again without it");
        }
    }
}

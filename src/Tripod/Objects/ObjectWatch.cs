using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>The changes that <c>get -w</c> goes on with, for as long as it is let.</summary>
internal static class ObjectWatch
{
    /// <param name="api">Where to.</param>
    /// <param name="query">What for.</param>
    /// <param name="revision">What was there at it has been shown.</param>
    /// <param name="accept">Tables, or the objects themselves.</param>
    /// <exception cref="ApiRefusal">The server has no more of what was after the revision.</exception>
    public static async IAsyncEnumerable<JsonObject> ChangesAsync(KubernetesApi api, ObjectQuery query, string revision, string accept, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            // The server ends a watch after some time: it is taken up again where it ended.
            using var lines = new StreamReader(await api.OpenAsync(query.WatchPath(revision), cancel, accept).ConfigureAwait(false));
            while (await lines.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
            {
                if (JsonNode.Parse(line) is not JsonObject change || change["object"] is not JsonObject shown)
                {
                    continue;
                }

                if ((string?)change["type"] == "ERROR")
                {
                    throw new ApiRefusal((int?)shown["code"] ?? (int)HttpStatusCode.InternalServerError, (string?)shown["reason"] ?? "", (string?)shown["message"] ?? line);
                }

                revision = (string?)(shown["rows"]?[0]?["object"] ?? shown)["metadata"]?["resourceVersion"] is { Length: > 0 } next ? next : revision;
                if ((string?)change["type"] != "BOOKMARK")
                {
                    yield return shown;
                }
            }
        }
    }
}

using System.Text;
using Microsoft.AspNetCore.Http;
using Tripod.Pods;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Whether the door and what stands behind it answer; open to everyone, since it says nothing else. The router hands it the request.</summary>
internal sealed class Health(DoorParts door)
{
    private static readonly string[] Roots = ["healthz", "livez", "readyz"];

    public static bool Is(string path) => path.Split('/') is ["", var root, ..] && Roots.Contains(root, StringComparer.Ordinal);

    public Task AnswerAsync(HttpContext http, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (root, checks) = (parts[0], Checks(parts[0]));
        if (parts is [_, var one])
        {
            checks = checks.Where(check => check.Name == one).ToList() is { Count: > 0 } found ? found : throw ApiException.NoSuchPath();
        }

        var excluded = http.Request.Query["exclude"].SelectMany(names => (names ?? "").Split(',')).ToHashSet(StringComparer.Ordinal);
        var text = new StringBuilder();
        var failed = false;
        foreach (var (name, holds) in checks)
        {
            var isGood = excluded.Contains(name) || holds();
            failed |= !isGood;
            text.Append(isGood ? $"[+]{name}{(excluded.Contains(name) ? " excluded:" : "")} ok\n" : $"[-]{name} failed: reason withheld\n");
        }

        text.Append(failed ? $"{root} check failed\n" : $"{root} check passed\n");
        http.Response.StatusCode = failed ? 500 : 200;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = JsonAnswer.NoCache;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(failed || http.Request.Query.ContainsKey("verbose") ? text.ToString() : "ok", http.RequestAborted);
    }

    private List<(string Name, Func<bool> Holds)> Checks(string root)
    {
        List<(string Name, Func<bool> Holds)> checks =
        [
            ("ping", () => true),
            ("store", () => door.Store.Get(ResourceKeys.Of("namespaces", null, "default")) is not null),
            ("authorization", () => door.Store.Get(ResourceKeys.Of("clusterrolebindings", null, "cluster-admin")) is not null),
        ];
        if (door.Pods is not null)
        {
            checks.Add(("node", () => door.Store.Get(ResourceKeys.Of("nodes", null, door.Options.NodeName)) is not null));
        }

        if (root == "readyz")
        {
            checks.Add(("shutdown", () => !door.Stopping.IsCancellationRequested));
        }

        return checks;
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>One request: its path's variable, its query, and the ways to answer it.</summary>
internal sealed class DockerRequest(HttpContext http, string name)
{
    /// <summary>The variable of the path: an image's name, a container's id or name; empty where the path has none.</summary>
    public string Name { get; } = name;

    public HttpContext Http => http;

    public CancellationToken Cancel => http.RequestAborted;

    public Stream Body => http.Request.Body;

    /// <summary>Empty where the query does not have it.</summary>
    public string Query(string key) => http.Request.Query[key].ToString();

    public IReadOnlyList<string> Queries(string key) => [.. http.Request.Query[key].OfType<string>()];

    /// <summary>Docker reads <c>1</c> and <c>true</c>, and takes everything else but <c>0</c>, <c>false</c>, <c>no</c> and <c>none</c> for true.</summary>
    public bool Flag(string key) => Query(key).Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none");

    /// <summary>Null where the query does not have it.</summary>
    /// <exception cref="DockerException">400 for what is no whole number.</exception>
    public long? Number(string key) => Query(key) switch
    {
        "" => null,
        var text when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        var text => throw new DockerException(400, $"invalid value for {key}: {text} is no number"),
    };

    /// <summary>Null where the query does not have it.</summary>
    /// <exception cref="DockerException">400 for what is no time.</exception>
    public DateTimeOffset? Time(string key)
    {
        try
        {
            return Containers.DockerTime.Parse(Query(key));
        }
        catch (FormatException failure)
        {
            throw new DockerException(400, $"invalid value for \"{key}\": {Query(key)} is no time", failure);
        }
    }

    /// <exception cref="DockerException">400 for what is no JSON object.</exception>
    public async Task<JsonObject> ReadJsonAsync()
    {
        try
        {
            using var body = new MemoryStream();
            await Body.CopyToAsync(body, Cancel).ConfigureAwait(false);
            return body.Length == 0 ? [] : JsonNode.Parse(body.GetBuffer().AsSpan(0, (int)body.Length), new() { PropertyNameCaseInsensitive = true }) as JsonObject ?? [];
        }
        catch (JsonException failure)
        {
            throw new DockerException(400, $"invalid JSON: {failure.Message}", failure);
        }
    }

    public async Task AnswerAsync(JsonNode body, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), Cancel).ConfigureAwait(false);
    }

    public Task AnswerAsync(int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

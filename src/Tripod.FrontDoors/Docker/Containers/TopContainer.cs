using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker top</c>: this machine's ps, and of its lines those of the container's processes.</summary>
internal sealed class TopContainer(DockerParts parts)
{
    public async Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.GetRunning(request.Name);
        var arguments = (request.Query("ps_args") is { Length: > 0 } given ? given : "-ef").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var listing = await ContainerRuntime.ListProcesses(arguments).ConfigureAwait(false);
        await request.AnswerAsync(Table(listing, parts.Runtime.ContainerProcesses(known.Id))).ConfigureAwait(false);
    }

    /// <exception cref="DockerException">The arguments leave the column PID out.</exception>
    public static JsonObject Table(string text, IReadOnlyCollection<int> processes)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var titles = lines.Length > 0 ? lines[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        var pid = Array.IndexOf(titles, "PID");
        if (pid < 0)
        {
            throw new DockerException(500, "Couldn't find PID field in ps output");
        }

        var rows = lines.Skip(1)
            .Select(line => Fields(line, titles.Length))
            .Where(fields => fields.Count > pid && int.TryParse(fields[pid], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && processes.Contains(number));
        return new() { ["Titles"] = titles.ToJson(), ["Processes"] = new JsonArray([.. rows.Select(row => (JsonNode)row.ToJson())]) };
    }

    /// <summary>The last column holds blanks.</summary>
    private static List<string> Fields(string line, int count)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length <= count ? [.. words] : [.. words.Take(count - 1), string.Join(' ', words.Skip(count - 1))];
    }
}

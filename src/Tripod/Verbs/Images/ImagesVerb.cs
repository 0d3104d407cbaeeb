using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Verbs.Images;

/// <summary><c>tripod images</c>: the table that <c>docker images</c> prints.</summary>
internal static class ImagesVerb
{
    private const int ShownDigits = 12;

    public static Command Create()
    {
        var engine = new EngineOptions();
        var quiet = new Option<bool>("--quiet", "-q") { Description = "print ids alone" };
        var whole = new Option<bool>("--no-trunc") { Description = "print whole ids" };
        var pattern = new Argument<string?>("repository[:tag]") { Arity = ArgumentArity.ZeroOrOne, Description = "only these; * stands for anything" };
        var verb = new Command("images", "list the images that are here\n\n  tripod images\n  tripod images 'ngi*'") { quiet, whole, pattern };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            var filters = parsed.GetValue(pattern) is { } reference ? $"?filters={Uri.EscapeDataString(new JsonObject { ["reference"] = new JsonArray(reference) }.ToJsonString())}" : "";
            var rows = Rows(await docker.GetAsync("images/json" + filters, cancel).ConfigureAwait(false), parsed.GetValue(whole));
            if (parsed.GetValue(quiet))
            {
                foreach (var id in rows.Select(row => row[2]).Distinct())
                {
                    Console.WriteLine(id);
                }

                return 0;
            }

            TextTable.Print(Console.Out, ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"], rows);
            return 0;
        });
        return verb;
    }

    private static List<string[]> Rows(JsonNode images, bool whole) =>
    [
        .. from image in images.AsArray()
           let id = (string)image!["Id"]!
           let age = Age(DateTimeOffset.FromUnixTimeSeconds((long)image["Created"]!))
           from tag in image["RepoTags"]!.AsArray().Select(tag => (string?)tag).DefaultIfEmpty("<none>:<none>")
           let colon = tag.LastIndexOf(':')
           select (string[])[tag[..colon], tag[(colon + 1)..], whole ? id : id["sha256:".Length..][..ShownDigits], age, Size((long)image["Size"]!)],
    ];

    private static string Age(DateTimeOffset created) => created <= DateTimeOffset.UnixEpoch.AddDays(1) ? "N/A" : (TimeProvider.System.GetUtcNow() - created) switch
    {
        { TotalDays: >= 730 } old => $"{(int)(old.TotalDays / 365)} years ago",
        { TotalDays: >= 60 } old => $"{(int)(old.TotalDays / 30)} months ago",
        { TotalDays: >= 2 } old => $"{(int)old.TotalDays} days ago",
        { TotalHours: >= 2 } old => $"{(int)old.TotalHours} hours ago",
        { TotalMinutes: >= 2 } old => $"{(int)old.TotalMinutes} minutes ago",
        _ => "About a minute ago",
    };

    /// <summary>Decimal units and three digits, as Docker prints sizes.</summary>
    private static string Size(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1000 && unit < units.Length - 1; unit++)
        {
            value /= 1000;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(value < 10 ? Math.Round(value, 2) : value < 100 ? Math.Round(value, 1) : Math.Round(value))}{units[unit]}");
    }
}

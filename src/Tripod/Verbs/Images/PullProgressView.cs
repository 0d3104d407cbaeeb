using System.Text.Json.Nodes;
using Spectre.Console;

namespace Tripod.Verbs.Images;

/// <summary>Shows the steps of a pull: bars on a terminal, a line for each change of a layer elsewhere.</summary>
internal static class PullProgressView
{
    public static async Task Silent(IAsyncEnumerable<JsonObject> steps)
    {
        await foreach (var step in steps.ConfigureAwait(false))
        {
            _ = step;
        }
    }

    public static async Task Lines(IAsyncEnumerable<JsonObject> steps)
    {
        var shown = new Dictionary<string, string>();
        await foreach (var step in steps.ConfigureAwait(false))
        {
            var (id, status) = ((string?)step["id"] ?? "", (string?)step["status"] ?? "");
            if (shown.GetValueOrDefault(id) != status)
            {
                shown[id] = status;
                Console.WriteLine(id.Length > 0 ? $"{id}: {status}" : status);
            }
        }
    }

    public static async Task Bars(IAsyncEnumerable<JsonObject> steps)
    {
        var after = new List<string>();
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn())
            .StartAsync(async context =>
            {
                var bars = new Dictionary<string, ProgressTask>();
                await foreach (var step in steps.ConfigureAwait(false))
                {
                    if (step["progressDetail"] is not JsonObject detail || (string?)step["id"] is not { } id)
                    {
                        after.Add((string?)step["status"] ?? "");
                        continue;
                    }

                    if (!bars.TryGetValue(id, out var bar))
                    {
                        bars[id] = bar = context.AddTask(id, maxValue: 1);
                    }

                    Show(bar, id, (string?)step["status"] ?? "", detail);
                }
            }).ConfigureAwait(false);
        after.ForEach(Console.WriteLine);
    }

    private static void Show(ProgressTask bar, string id, string status, JsonObject detail)
    {
        bar.Description = $"{id} {status}";
        if ((long?)detail["total"] is > 0 and var total)
        {
            bar.MaxValue = total;
        }

        bar.Value = status is "Pull complete" or "Already exists" ? bar.MaxValue : (long?)detail["current"] ?? bar.Value;
    }
}

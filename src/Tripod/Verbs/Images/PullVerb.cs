using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Images;

/// <summary><c>tripod pull</c>: fetches an image, and shows how far it is.</summary>
internal static class PullVerb
{
    public static Command Create()
    {
        var engine = new EngineOptions();
        var quiet = new Option<bool>("--quiet", "-q") { Description = "print the image's name alone" };
        var name = new Argument<string>("image") { Description = "as docker understands it: nginx, nginx:1.27, ghcr.io/owner/image@sha256:…" };
        var verb = new Command("pull", "fetch an image from its registry\n\n  tripod pull nginx\n  tripod pull ghcr.io/owner/image:1.2") { quiet, name };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            var image = parsed.GetRequiredValue(name);
            var steps = docker.PostAsync($"images/create?fromImage={Uri.EscapeDataString(image)}", null, cancel);
            await (parsed.GetValue(quiet) ? PullProgressView.Silent(steps) : Console.IsOutputRedirected ? PullProgressView.Lines(steps) : PullProgressView.Bars(steps)).ConfigureAwait(false);
            if (parsed.GetValue(quiet))
            {
                Console.WriteLine(image);
            }

            return 0;
        });
        return verb;
    }
}

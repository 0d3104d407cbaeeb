using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Images;

/// <summary><c>tripod save</c>: an archive that docker, podman and skopeo read.</summary>
internal static class SaveVerb
{
    public static Command Create()
    {
        var engine = new EngineOptions();
        var output = new Option<string?>("--output", "-o") { Description = "the archive; standard output where it is left out" };
        var names = new Argument<string[]>("image") { Arity = ArgumentArity.OneOrMore };
        var verb = new Command("save", "write images into an archive\n\n  tripod save -o blog.tar nginx ghost") { output, names };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            var path = parsed.GetValue(output);
            if (path is null && !Console.IsOutputRedirected)
            {
                throw new CommandFailure("an archive is nothing for a terminal: name a file with --output");
            }

            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            var query = string.Join('&', parsed.GetRequiredValue(names).Select(name => $"names={Uri.EscapeDataString(name)}"));
            if (path is null)
            {
                await docker.DownloadAsync($"images/get?{query}", Console.OpenStandardOutput(), cancel).ConfigureAwait(false);
                return 0;
            }

            // Under another name until it is whole.
            var partial = $"{path}.part";
            try
            {
                await using (var file = File.Create(partial))
                {
                    await docker.DownloadAsync($"images/get?{query}", file, cancel).ConfigureAwait(false);
                }

                File.Move(partial, path, overwrite: true);
            }
            finally
            {
                File.Delete(partial);
            }

            return 0;
        });
        return verb;
    }
}

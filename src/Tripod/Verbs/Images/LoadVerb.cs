using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Images;

/// <summary><c>tripod load</c>: takes the images out of an OCI or docker archive.</summary>
internal static class LoadVerb
{
    public static Command Create()
    {
        var engine = new EngineOptions();
        var input = new Option<FileInfo?>("--input", "-i") { Description = "the archive; standard input where it is left out" };
        var verb = new Command("load", "take images out of an archive (OCI or docker, also gzipped)\n\n  tripod load -i image.tar\n  docker save nginx | tripod load") { input };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            await using var archive = Open(parsed.GetValue(input));
            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            await foreach (var step in docker.PostAsync("images/load?quiet=1", archive, cancel).ConfigureAwait(false))
            {
                Console.Write((string?)step["stream"]);
            }

            return 0;
        });
        return verb;
    }

    private static Stream Open(FileInfo? file)
    {
        if (file is not null)
        {
            return file.Exists ? file.OpenRead() : throw new CommandFailure($"{file.FullName}: no such file");
        }

        return Console.IsInputRedirected ? Console.OpenStandardInput() : throw new CommandFailure("no archive: name one with --input, or let it come on standard input");
    }
}

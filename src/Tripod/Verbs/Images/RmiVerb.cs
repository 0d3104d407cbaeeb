using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Images;

/// <summary><c>tripod rmi</c>: removes names, and images that have none left.</summary>
internal static class RmiVerb
{
    public static Command Create()
    {
        var engine = new EngineOptions();
        var force = new Option<bool>("--force", "-f") { Description = "all names of an image that is named by its id" };
        var names = new Argument<string[]>("image") { Arity = ArgumentArity.OneOrMore };
        var verb = new Command("rmi", "remove images\n\n  tripod rmi nginx:1.26") { force, names };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            var failures = 0;
            foreach (var name in parsed.GetRequiredValue(names))
            {
                try
                {
                    foreach (var line in (await docker.DeleteAsync($"images/{name}?force={(parsed.GetValue(force) ? 1 : 0)}", cancel).ConfigureAwait(false)).AsArray())
                    {
                        var (what, image) = line!.AsObject().First();
                        Console.WriteLine($"{what}: {image}");
                    }
                }
                catch (CommandFailure failure)
                {
                    Console.Error.WriteLine($"tripod: {failure.Message}");
                    failures++;
                }
            }

            return failures == 0 ? 0 : 1;
        });
        return verb;
    }
}

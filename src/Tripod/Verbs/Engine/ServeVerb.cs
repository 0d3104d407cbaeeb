using System.CommandLine;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod serve</c>: the engine itself.</summary>
internal static class ServeVerb
{
    public static Command Create()
    {
        var options = new ServeOptions();
        var verb = new Command("serve", "run the engine in the foreground\n\n  tripod serve\n  tripod serve --root /tmp/t/state --run /tmp/t/run --name second --listen-kubernetes 127.0.0.1:7443");
        options.AddTo(verb);
        verb.SetAction((parsed, cancel) => Serve.Engine.RunAsync(options, parsed, cancel));
        return verb;
    }
}

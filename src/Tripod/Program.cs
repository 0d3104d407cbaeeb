using System.CommandLine;
using Tripod.Runtime;
using Tripod.Serve;
using Tripod.Verbs;

var options = new ServeOptions();
var root = new RootCommand("Kubernetes pods on one Linux machine, for real, without a cluster");

var serve = new Command("serve", "run the engine in the foreground");
options.AddTo(serve);
serve.SetAction((parsed, cancel) => Engine.RunAsync(options, parsed, cancel));
root.Subcommands.Add(serve);

var down = new Command("down", "stop the engine and all pods; the state stays");
options.AddTo(down);
down.SetAction((parsed, cancel) => Down.RunAsync(options, parsed, cancel));
root.Subcommands.Add(down);

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
}
catch (Exception failure) when (failure is InvalidOperationException or IOException or RuntimeException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"tripod: {failure.Message}");
    return 1;
}

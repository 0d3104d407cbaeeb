using System.CommandLine;
using Tripod.Client;
using Tripod.Runtime;
using Tripod.Verbs.Engine;
using Tripod.Verbs.Images;
using Tripod.Verbs.Objects;

var root = new RootCommand("Kubernetes pods on one Linux machine, for real, without a cluster")
{
    ServeVerb.Create(), UpVerb.Create(), DownVerb.Create(), EnvVerb.Create(), StatusVerb.Create(), VersionVerb.Create(), SetupVerb.Create(), CompletionVerb.Create(),
    ImagesVerb.Create(), PullVerb.Create(), LoadVerb.Create(), SaveVerb.Create(), RmiVerb.Create(),
    ApplyVerb.Create(), GetVerb.Create(), DeleteVerb.Create(), CreateVerb.Create(), DescribeVerb.Create(), LogsVerb.Create(), ExecVerb.Create(),
};

// Examples belong to the help of a verb, and would drown the list of all.
foreach (var verb in root.Subcommands.Where(verb => !args.Contains(verb.Name)))
{
    verb.Description = verb.Description?.Split('\n')[0];
}

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
}
catch (CommandFailure failure)
{
    Console.Error.WriteLine(failure.Message.StartsWith("error:", StringComparison.Ordinal) ? failure.Message : $"tripod: {failure.Message}");
    return failure.ExitCode;
}
catch (ApiRefusal refusal)
{
    Console.Error.WriteLine(refusal.Message);
    return 1;
}
catch (Exception failure) when (failure is InvalidOperationException or IOException or RuntimeException or UnauthorizedAccessException or HttpRequestException)
{
    Console.Error.WriteLine($"tripod: {failure.Message}");
    return 1;
}

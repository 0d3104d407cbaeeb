using System.CommandLine.Invocation;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Tripod;
using Tripod.Client;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.Runtime;
using Tripod.Verbs;

var parsed = RootVerb.Create(args).Parse(args.Length == 0 ? ["--help"] : args);
if (parsed.Action is ParseErrorAction)
{
    // The help as a whole would drown what was wrong.
    foreach (var error in parsed.Errors.Skip(parsed.UnmatchedTokens.Count > 0 && parsed.Errors.Count > 1 ? 1 : 0))
    {
        Console.Error.WriteLine($"error: {error.Message}");
    }

    Console.Error.WriteLine($"See '{RootVerb.Path(parsed.CommandResult)} --help' for usage.");
    return ExitCodes.Failure;
}

try
{
    return await parsed.InvokeAsync(RootVerb.Invocation(parsed)).ConfigureAwait(false);
}
catch (CommandFailure failure)
{
    Console.Error.WriteLine(failure.Shown);
    return failure.ExitCode;
}
catch (ApiRefusal refusal)
{
    Console.Error.WriteLine(refusal.Message);
    return ExitCodes.Failure;
}
catch (OperationCanceledException)
{
    return ExitCodes.Interrupted;
}
catch (Exception failure) when (failure is WebSocketException or HttpIOException or SocketException)
{
    Console.Error.WriteLine($"error: the connection to the engine broke off ({failure.Message}): tripod status tells whether it runs");
    return ExitCodes.Failure;
}
catch (Exception failure) when (failure is InvalidOperationException or IOException or RuntimeException or UnauthorizedAccessException or HttpRequestException or YamlFault or JsonException)
{
    Console.Error.WriteLine($"tripod: {failure.Message}");
    return ExitCodes.Failure;
}

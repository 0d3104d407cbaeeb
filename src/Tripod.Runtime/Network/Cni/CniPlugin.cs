using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Network.Cni;

/// <summary>Whom and what a plugin is called for; empty where a verb needs none of it.</summary>
internal sealed record PluginCall(string Verb, string ContainerId = "", string Netns = "", string Interface = "", string Arguments = "");

/// <summary>Calls one plugin: a program that reads its configuration on stdin and answers on stdout (CNI spec, section 2).</summary>
internal sealed class CniPlugin(IReadOnlyList<string> folders, TimeProvider clock, ILogger log)
{
    private const int MostBytes = 1024 * 1024;
    private const int TryAgainLater = 11;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>Null where the verb has no answer.</returns>
    /// <exception cref="RuntimeException">What the plugin said; Unavailable where another try may help.</exception>
    public async Task<JsonObject?> RunAsync(PluginCall call, JsonObject config, CancellationToken cancel)
    {
        var type = (string)config["type"]!;
        var program = folders.Select(folder => Path.Combine(folder, type)).FirstOrDefault(File.Exists)
            ?? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"failed to find plugin \"{type}\" in path [{string.Join(' ', folders)}]: install it there, or name its folder (cniBinDirs)");
        using var input = MemoryFile.Create("cni config", System.Text.Encoding.UTF8.GetBytes(config.ToJsonString()));
        using var output = MemoryFile.Create("cni result");
        using var errors = MemoryFile.Create("cni errors");
        var pid = await StartAsync(new()
        {
            Command = [program],
            Environment = new Dictionary<string, string>
            {
                ["CNI_COMMAND"] = call.Verb,
                ["CNI_CONTAINERID"] = call.ContainerId,
                ["CNI_NETNS"] = call.Netns,
                ["CNI_IFNAME"] = call.Interface,
                ["CNI_ARGS"] = call.Arguments,
                ["CNI_PATH"] = string.Join(':', folders),
            },
            Descriptors = [input, output, errors],
        }, call.Verb).ConfigureAwait(false);
        var code = await EndAsync(pid, $"plugin type=\"{type}\" ({call.Verb})", cancel).ConfigureAwait(false);
        var (said, complained) = (MemoryFile.ReadText(output, MostBytes), MemoryFile.ReadText(errors, 64 * 1024));
        if (code != 0)
        {
            var (reason, message) = PluginResult.Error(said, complained);
            throw new RuntimeException(reason == TryAgainLater ? RuntimeErrorKind.Unavailable : RuntimeErrorKind.Internal, $"plugin type=\"{type}\" failed ({Word(call.Verb)}): {message}");
        }

        if (complained.Trim() is { Length: > 0 } text)
        {
            LogMessages.PluginSaid(log, type, call.Verb, text);
        }

        return Answer(type, call.Verb, said);
    }

    private static async Task<int> StartAsync(ChildOptions options, string verb)
    {
        try
        {
            return await ChildProcess.Start(options).ConfigureAwait(false);
        }
        catch (LinuxException failure)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"plugin {options.Command[0]} failed ({Word(verb)}): {failure.Message}", inner: failure);
        }
    }

    /// <summary>A plugin that nobody waits for any longer is killed.</summary>
    private async Task<int> EndAsync(int pid, string who, CancellationToken cancel)
    {
        using var process = Pidfd.Open(pid);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await (process?.Ended(waiting.Token) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process!.Signal(Signals.Kill);
            await ChildProcess.End(pid).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw new RuntimeException(RuntimeErrorKind.Unavailable, $"{who} did not end within {Patience.TotalSeconds} s: it was killed");
        }

        return await ChildProcess.End(pid).ConfigureAwait(false);
    }

    private static JsonObject? Answer(string type, string verb, string said)
    {
        if (said.Trim().Length == 0)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(said) as JsonObject;
        }
        catch (System.Text.Json.JsonException malformed)
        {
            throw new RuntimeException(RuntimeErrorKind.Internal, $"plugin type=\"{type}\" failed ({Word(verb)}): its answer is no JSON: {malformed.Message}");
        }
    }

    private static string Word(string verb) => verb switch { "DEL" => "delete", _ => verb.ToLowerInvariant() };
}

using System.Diagnostics;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>One kubectl against one engine: what a user types, with what it says and how long it may take.</summary>
internal sealed class Shell(Engine engine, string kubectl = "kubectl")
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/lib/google-cloud-sdk/bin"];

    /// <summary>kubectl.1.30 to kubectl.1.36 where they are, and else whatever kubectl there is.</summary>
    public static TheoryData<string> Versions() =>
        Enumerable.Range(30, 7).Select(minor => Folders.Select(folder => $"{folder}/kubectl.1.{minor}").FirstOrDefault(File.Exists)).OfType<string>().ToList() is { Count: > 0 } found
            ? [.. found]
            : ["kubectl"];

    /// <summary>The last of them: what only newer ones can ask is asked by it.</summary>
    public static string Newest => Versions().Last().Data;

    /// <summary>The last part of the program's name, as part of an object's.</summary>
    public static string Suffix(string kubectl) => Path.GetFileName(kubectl).Replace('.', '-');

    /// <summary>Fails on another exit code than 0, and on any word on stderr.</summary>
    public async Task<string> Run(params string[] arguments)
    {
        var done = await Try(arguments);
        Assert.True(done.ExitCode == 0, $"{Path.GetFileName(kubectl)} {string.Join(' ', arguments)}: {done.ExitCode}: {done.Error}{done.Output}");
        Assert.True(done.Error.Length == 0, $"{Path.GetFileName(kubectl)} {string.Join(' ', arguments)} says: {done.Error}");
        return done.Output;
    }

    public Task<Command> Try(params string[] arguments) => engine.TryKubectlOf(kubectl, arguments);

    /// <summary>Through a shell, where K is this kubectl; for pipes and terminals.</summary>
    public Task<Command> Script(string script) =>
        Command.Try("bash", "-c", $"K() {{ '{kubectl}' --kubeconfig '{engine.Kubeconfig}' \"$@\"; }}; K='{kubectl} --kubeconfig {engine.Kubeconfig}'; {script}");

    /// <summary>Left running; the caller ends it.</summary>
    public Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(kubectl, ["--kubeconfig", engine.Kubeconfig, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Writes the text to a file and answers with its path.</summary>
    public async Task<string> Write(string text)
    {
        var path = Path.Combine(engine.Root, $"{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}

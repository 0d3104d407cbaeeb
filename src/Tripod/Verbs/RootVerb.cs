using System.CommandLine;
using System.CommandLine.Parsing;
using Tripod.Linux.Processes;
using Tripod.Verbs.Containers;
using Tripod.Verbs.Engine;
using Tripod.Verbs.Images;
using Tripod.Verbs.Objects;

namespace Tripod.Verbs;

/// <summary>All verbs, and how they are run. <c>Program</c> hands it what was typed; each verb hands itself on to a door of the engine.</summary>
internal static class RootVerb
{
    private const string Serve = "serve", Down = "down", Uninstall = "uninstall";
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(2);

    public static RootCommand Create(IReadOnlyList<string> words)
    {
        var root = new RootCommand("Kubernetes pods on one Linux machine, for real, without a cluster")
        {
            UpVerb.Create(), DownVerb.Create(), StatusVerb.Create(), DoctorVerb.Create(), CheckVerb.Create(), EnvVerb.Create(), SetupVerb.Create(), InstallVerb.Create(), UninstallVerb.Create(), KubeconfigVerb.Create(), ServeVerb.Create(), VersionVerb.Create(), CompletionVerb.Create(),
            ImagesVerb.Create(), PullVerb.Create(), LoadVerb.Create(), SaveVerb.Create(), RmiVerb.Create(),
            AdoptVerb.Create(), DockerRunVerb.Create(),
            ApplyVerb.Create(), GetVerb.Create(), DescribeVerb.Create(), LogsVerb.Create(), ExecVerb.Create(), DeleteVerb.Create(), CreateVerb.Create(),
        };

        // Examples belong to the help of a verb, and would drown the list of all.
        foreach (var verb in root.Subcommands.Where(verb => !words.Contains(verb.Name)))
        {
            verb.Description = verb.Description?.Split('\n')[0];
        }

        UnknownFlags.RefuseIn(root, words);
        return root;
    }

    /// <summary>Interrupted verbs tidy up after themselves; the engine sees to its signals itself.</summary>
    public static InvocationConfiguration Invocation(ParseResult parsed)
    {
        var isEngine = parsed.CommandResult.Command.Name is Serve or Down or Uninstall;
        if (!isEngine)
        {
            // As with other filters: tripod logs ghost -f | head ends with head.
            Signals.EndOnBrokenPipe();
        }

        return new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = isEngine ? null : TimeToEnd,

            // Console.Out would switch the terminal's cursor keys over as soon as it is touched, under the nose of a command in a container.
            Output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true },
        };
    }

    /// <summary>As it is typed: <c>tripod create configmap</c>.</summary>
    public static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "tripod";
}

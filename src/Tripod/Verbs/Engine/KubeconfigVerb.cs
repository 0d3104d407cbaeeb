using System.CommandLine;
using System.Globalization;
using Tripod.Client;
using Tripod.FrontDoors.Kubernetes.Tls;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod kubeconfig create</c>: a key to the Kubernetes API for one more user. Whoever may read the engine's authority may make one.</summary>
internal static class KubeconfigVerb
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    public static Command Create()
    {
        var options = new EngineOptions();
        var user = new Option<string>("--user") { Description = "the user's name", Required = true };
        var groups = new Option<string[]>("--group") { Description = "a group the user belongs to, whose rights are those that role bindings grant; may be repeated" };
        var readOnly = new Option<bool>("--read-only") { Description = "may look at everything but secrets, and change nothing" };
        var days = new Option<int>("--days") { Description = "how long the key is good", DefaultValueFactory = _ => (int)Year.TotalDays };
        var space = new Option<string?>("--namespace", "-n") { Description = "the namespace to begin in" };
        var output = new Option<string?>("--output", "-o") { Description = "the file, readable for its owner alone; standard output where it is left out" };
        var server = new Option<string?>("--server") { Description = "the address to reach the API at, where it is another than the engine's own" };
        var create = new Command("create",
            "make a key to the Kubernetes API for one more user: with neither --group nor --read-only it may do everything\n\n"
            + "  tripod kubeconfig create --user ann -o ann.kubeconfig\n  tripod kubeconfig create --user monitor --read-only\n"
            + "  tripod kubeconfig create --user bob --group developers\n  kubectl create rolebinding dev --clusterrole=edit --group=developers -n team")
        {
            user, groups, readOnly, days, space, output, server, options.Run,
        };
        create.SetAction(parsed =>
        {
            var record = Serve.EngineRecord.Read(parsed.GetRequiredValue(options.Run))
                ?? throw new CommandFailure($"no engine has run in {parsed.GetRequiredValue(options.Run)} since the last boot: start it with tripod up");
            var text = Make(record, parsed.GetRequiredValue(user), Groups(parsed.GetValue(groups) ?? [], parsed.GetValue(readOnly)), parsed.GetValue(days), parsed.GetValue(space), parsed.GetValue(server));
            if (parsed.GetValue(output) is { } path)
            {
                UserKubeconfig.Write(path, text);
                Console.Error.WriteLine($"tripod: wrote {path}: kubectl --kubeconfig {path} auth whoami");
            }
            else
            {
                Console.Out.Write(text);
            }

            return 0;
        });
        return new("kubeconfig", "keys to the Kubernetes API for more users\n\n  tripod kubeconfig create --user ann -o ann.kubeconfig") { create };
    }

    private static IReadOnlyList<string> Groups(string[] named, bool readOnly) =>
        readOnly ? [.. named.Contains(UserKubeconfig.FullGroup) ? throw new CommandFailure($"--read-only and --group {UserKubeconfig.FullGroup} contradict each other: leave one out") : named, UserKubeconfig.ReadOnlyGroup]
        : named.Length > 0 ? named
        : [UserKubeconfig.FullGroup];

    private static string Make(Serve.EngineRecord engine, string user, IReadOnlyList<string> groups, int days, string? space, string? server)
    {
        foreach (var name in groups.Prepend(user))
        {
            if (string.IsNullOrWhiteSpace(name) || name.Length > UserKubeconfig.LongestName || name.Any(char.IsControl))
            {
                throw new CommandFailure(string.Create(CultureInfo.InvariantCulture, $"a user's or group's name has 1 to {UserKubeconfig.LongestName} visible characters"));
            }
        }

        if (days is < 1 or > 3650)
        {
            throw new CommandFailure("--days must be from 1 to 3650");
        }

        try
        {
            return UserKubeconfig.Create(Path.Combine(engine.Root, "pki"), server ?? engine.Kubernetes, user, groups, TimeSpan.FromDays(days), space, TimeProvider.System);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new CommandFailure("the authority that signs keys is root's alone: run the command with sudo", inner: failure);
        }
    }
}

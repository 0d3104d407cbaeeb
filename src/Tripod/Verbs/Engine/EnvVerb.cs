using System.CommandLine;
using Tripod.Client;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>eval $(tripod env)</c>: a shell in which kubectl and docker speak to the engine.</summary>
internal static class EnvVerb
{
    public static Command Create()
    {
        var options = new EngineOptions();
        var shell = new Option<string>("--shell") { Description = "sh or fish", DefaultValueFactory = _ => (Environment.GetEnvironmentVariable("SHELL") ?? "").EndsWith("/fish", StringComparison.Ordinal) ? "fish" : "sh" };
        shell.AcceptOnlyFromAmong("sh", "fish");
        var verb = new Command("env", "print what a shell needs to reach the engine\n\n  eval $(tripod env)\n  tripod env --shell fish | source") { options.Run, shell };
        verb.SetAction(parsed =>
        {
            var run = parsed.GetRequiredValue(options.Run);
            var record = EngineRecord.Read(run);
            var kubeconfig = record?.Kubeconfig ?? ServeOptions.UsualKubeconfig;
            var docker = record?.DockerSocket ?? Path.Combine(run, "docker.sock");
            foreach (var (name, value) in ((string, string)[])[("KUBECONFIG", kubeconfig), ("DOCKER_HOST", $"unix://{docker}")])
            {
                Console.WriteLine(parsed.GetValue(shell) == "fish" ? $"set -gx {name} {Quoted(value)};" : $"export {name}={Quoted(value)};");
            }

            if (!Environment.IsPrivilegedProcess)
            {
                Console.Error.WriteLine("tripod: the engine's key is root's alone: sudo tripod setup gives you a copy, or begin commands with sudo -E");
            }

            return 0;
        });
        return verb;
    }

    /// <summary>Plain words stay as they are.</summary>
    private static string Quoted(string value) =>
        value.All(character => char.IsAsciiLetterOrDigit(character) || "/:._-".Contains(character, StringComparison.Ordinal)) ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

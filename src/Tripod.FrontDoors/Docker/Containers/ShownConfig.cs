using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>What <c>docker inspect</c> shows as Config: the request over the image. Pure.</summary>
internal static class ShownConfig
{
    public static JsonObject Of(ContainerView view, ContainerConfig config, ImageRecord? image)
    {
        var asked = view.Config;
        var entrypoint = asked.Texts("Entrypoint");
        var shown = new JsonObject
        {
            ["Hostname"] = config.Standalone?.Hostname ?? view.Sandbox?.Hostname ?? "",
            ["Domainname"] = asked.Text("Domainname"),
            ["User"] = asked.Text("User") is { Length: > 0 } user ? user : image?.Config.User ?? "",
            ["AttachStdin"] = asked.Flag("AttachStdin"),
            ["AttachStdout"] = asked.Flag("AttachStdout"),
            ["AttachStderr"] = asked.Flag("AttachStderr"),
            ["Tty"] = config.Tty,
            ["OpenStdin"] = config.Stdin,
            ["StdinOnce"] = config.StdinOnce,
            ["Env"] = Environment(config, image).ToJson(),
            ["Cmd"] = Or(asked.Texts("Cmd"), entrypoint.Count > 0 ? [] : config.Args.Count > 0 ? config.Args : image?.Config.Cmd ?? []),
            ["Image"] = view.Image,
            ["Volumes"] = asked["Volumes"]?.DeepClone(),
            ["WorkingDir"] = config.WorkingDir.Length > 0 ? config.WorkingDir : image?.Config.WorkingDir ?? "",
            ["Entrypoint"] = entrypoint is [""] ? null : Or(entrypoint, view.Config.Count == 0 && config.Command.Count > 0 ? config.Command : image?.Config.Entrypoint ?? []),
            ["OnBuild"] = null,
            ["Labels"] = config.Labels.ToJson(),
        };
        if (view.Exposed.Count > 0)
        {
            var exposed = new JsonObject();
            foreach (var port in view.Exposed)
            {
                exposed[port] = new JsonObject();
            }

            shown["ExposedPorts"] = exposed;
        }

        foreach (var name in (string[])["Healthcheck", "StopSignal", "StopTimeout", "Shell", "NetworkDisabled"])
        {
            if (asked[name] is { } given)
            {
                shown[name] = given.DeepClone();
            }
        }

        if (shown["StopSignal"] is null && image?.Config.StopSignal is { Length: > 0 } signal)
        {
            shown["StopSignal"] = signal;
        }

        return shown;
    }

    private static JsonArray? Or(IReadOnlyList<string> first, IReadOnlyList<string> second) => first.Count > 0 ? first.ToJson() : second.Count > 0 ? second.ToJson() : null;

    private static List<string> Environment(ContainerConfig config, ImageRecord? image)
    {
        var variables = config.Env.Select(pair => $"{pair.Key}={pair.Value}").ToList();
        variables.AddRange((image?.Config.Env ?? []).Where(variable => !config.Env.Any(pair => pair.Key == variable.Split('=')[0])));
        if (!variables.Exists(variable => variable.StartsWith("PATH=", StringComparison.Ordinal)))
        {
            variables.Add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        }

        return variables;
    }
}

using System.Text.Json.Nodes;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Sandboxes;
using ContainerStatus = Tripod.Runtime.Containers.ContainerStatus;

namespace Tripod.FrontDoors.Cri;

/// <summary>What the runtime says of itself, and what it shows to whoever asks for more (<c>verbose</c>).</summary>
internal sealed class RuntimeInfo(CriParts parts)
{
    private const string Name = "tripod", ApiVersion = "v1", KubeletApiVersion = "0.1.0";

    public VersionResponse Version() => new() { Version = KubeletApiVersion, RuntimeName = Name, RuntimeVersion = parts.Options.Version, RuntimeApiVersion = ApiVersion };

    public async Task<StatusResponse> StatusAsync(bool verbose, CancellationToken cancel)
    {
        var problem = await parts.Runtime.PluginProblem(cancel).ConfigureAwait(false);
        var status = new StatusResponse
        {
            Status = new()
            {
                Conditions =
                {
                    new RuntimeCondition { Type = "RuntimeReady", Status = true },
                    problem.Length == 0
                        ? new RuntimeCondition { Type = "NetworkReady", Status = true }
                        : new RuntimeCondition { Type = "NetworkReady", Status = false, Reason = "NetworkPluginNotReady", Message = $"Network plugin returns error: {problem}" },
                },
            },
            Features = new() { SupplementalGroupsPolicy = true },
        };
        foreach (var handler in parts.Runtime.Handlers.Prepend(""))
        {
            status.RuntimeHandlers.Add(new RuntimeHandler { Name = handler, Features = new() { RecursiveReadOnlyMounts = true, UserNamespaces = parts.Runtime.UserNamespaceProblem is null } });
        }

        if (verbose)
        {
            status.Info["config"] = new JsonObject
            {
                ["defaultHandler"] = parts.Options.DefaultHandler,
                ["podCidr"] = parts.Runtime.UsesPlugins ? parts.Runtime.PluginPodCidr : parts.Runtime.PodCidr,
                ["network"] = parts.Runtime.UsesPlugins ? "cni" : Name,
                ["streams"] = parts.Tokens.Base,
                ["obstacles"] = new JsonArray([.. parts.Runtime.Obstacles().Select(obstacle => (JsonNode)obstacle)]),
            }.ToJsonString();
        }

        return status;
    }

    public RuntimeConfigResponse Config() =>
        new() { Linux = new() { CgroupDriver = parts.Runtime.CgroupDriver == Runtime.Cgroups.CgroupDriver.Systemd ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs } };

    /// <summary>CNI plugins that ask for it are told the range; where the engine's own network is used, another than its own is told to the log.</summary>
    public UpdateRuntimeConfigResponse Update(UpdateRuntimeConfigRequest request)
    {
        if (request.RuntimeConfig?.NetworkConfig?.PodCidr is not { Length: > 0 } asked)
        {
            return new();
        }

        parts.Runtime.PluginPodCidr = asked;
        if (!parts.Runtime.UsesPlugins && asked != parts.Runtime.PodCidr)
        {
            LogMessages.OtherCidr(parts.Log, asked, parts.Runtime.PodCidr);
        }

        return new();
    }

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public void RefuseUnknown(string handler)
    {
        if (handler.Length > 0 && !parts.Runtime.Handlers.Contains(handler, StringComparer.Ordinal))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"runtime handler {handler} is not known: install crun or runc, or name an OCI runtime in the configuration under runtimes; the engine's own is {parts.Options.DefaultHandler}");
        }
    }

    public static string Of(SandboxStatus sandbox) => new JsonObject { ["pid"] = sandbox.Pid, ["netns"] = sandbox.Plugins?.Netns ?? $"/proc/{sandbox.Pid}/ns/net", ["cniNetwork"] = sandbox.Plugins?.Network, ["cgroupParent"] = sandbox.Config.CgroupParent }.ToJsonString();

    public static string Of(ContainerStatus container) => new JsonObject { ["pid"] = container.Pid, ["sandboxID"] = container.SandboxId, ["cgroup"] = container.Cgroup }.ToJsonString();
}

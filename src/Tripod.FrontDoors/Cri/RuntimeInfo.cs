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

    /// <summary>A handler is an OCI runtime by its name; the first is what an empty name means.</summary>
    private static readonly string[] Handlers = ["crun", "runc"];

    public VersionResponse Version() => new() { Version = KubeletApiVersion, RuntimeName = Name, RuntimeVersion = parts.Options.Version, RuntimeApiVersion = ApiVersion };

    public StatusResponse Status(bool verbose)
    {
        var status = new StatusResponse
        {
            Status = new()
            {
                Conditions =
                {
                    new RuntimeCondition { Type = "RuntimeReady", Status = true },
                    new RuntimeCondition { Type = "NetworkReady", Status = true },
                },
            },
            Features = new() { SupplementalGroupsPolicy = true },
        };
        foreach (var handler in Handlers.Where(ContainerRuntime.HasRuntimeHandler).Prepend(""))
        {
            status.RuntimeHandlers.Add(new RuntimeHandler { Name = handler, Features = new() { RecursiveReadOnlyMounts = true } });
        }

        if (verbose)
        {
            status.Info["config"] = new JsonObject
            {
                ["defaultHandler"] = parts.Options.DefaultHandler,
                ["podCidr"] = parts.Runtime.PodCidr,
                ["streams"] = parts.Tokens.Base,
                ["obstacles"] = new JsonArray([.. parts.Runtime.Obstacles().Select(obstacle => (JsonNode)obstacle)]),
            }.ToJsonString();
        }

        return status;
    }

    public RuntimeConfigResponse Config() =>
        new() { Linux = new() { CgroupDriver = parts.Runtime.CgroupDriver == Runtime.Cgroups.CgroupDriver.Systemd ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs } };

    /// <summary>Pods' addresses are the engine's own affair: another range than its own is told to the log.</summary>
    public UpdateRuntimeConfigResponse Update(UpdateRuntimeConfigRequest request)
    {
        if (request.RuntimeConfig?.NetworkConfig?.PodCidr is { Length: > 0 } asked && asked != parts.Runtime.PodCidr)
        {
            LogMessages.OtherCidr(parts.Log, asked, parts.Runtime.PodCidr);
        }

        return new();
    }

    /// <exception cref="RuntimeException">InvalidArgument.</exception>
    public void RefuseUnknown(string handler)
    {
        if (handler.Length > 0 && !ContainerRuntime.HasRuntimeHandler(handler))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"runtime handler {handler} is not known: install an OCI runtime of that name; the engine's own is {parts.Options.DefaultHandler}");
        }
    }

    public static string Of(SandboxStatus sandbox) => new JsonObject { ["pid"] = sandbox.Pid, ["netns"] = $"/proc/{sandbox.Pid}/ns/net", ["cgroupParent"] = sandbox.Config.CgroupParent }.ToJsonString();

    public static string Of(ContainerStatus container) => new JsonObject { ["pid"] = container.Pid, ["sandboxID"] = container.SandboxId, ["cgroup"] = container.Cgroup }.ToJsonString();
}

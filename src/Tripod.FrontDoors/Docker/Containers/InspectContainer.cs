using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker inspect</c>.</summary>
internal sealed class InspectContainer(DockerParts parts)
{
    public Task RunAsync(DockerRequest request)
    {
        var known = parts.Containers.Get(request.Name);
        var view = new ContainerView(parts, known);
        var status = known.Status;
        var command = view.Command;
        var bundle = Path.GetDirectoryName(parts.Runtime.ContainerFiles(known.Id).Rootfs)!;
        var files = parts.Runtime.ContainerFiles(known.Id);
        var json = new JsonObject
        {
            ["Id"] = known.Id,
            ["Created"] = DockerTime.Text(status.CreatedAt),
            ["Path"] = command.Count > 0 ? command[0] : "",
            ["Args"] = command.Skip(1).ToJson(),
            ["State"] = DockerState.Json(known, parts.Standalone.HealthOf(known.Id)),
            ["Image"] = status.ImageId,
            ["ResolvConfPath"] = Path.Combine(bundle, "resolv.conf"),
            ["HostnamePath"] = Path.Combine(bundle, "hostname"),
            ["HostsPath"] = Path.Combine(bundle, "hosts"),
            ["LogPath"] = status.LogPath,
            ["Name"] = $"/{known.Name}",
            ["RestartCount"] = known.Standalone?.RestartCount ?? status.Config.Attempt,
            ["Driver"] = "overlay2",
            ["Platform"] = "linux",
            ["MountLabel"] = "",
            ["ProcessLabel"] = "",
            ["AppArmorProfile"] = AppArmor.Shown(status.Config.Security.AppArmor, status.Config.Security.Privileged),
            ["ExecIDs"] = parts.Execs.Of(known.Id) is { Count: > 0 } execs ? execs.ToJson() : null,
            ["HostConfig"] = ShownHostConfig.Of(view, status.Config),
            ["GraphDriver"] = new JsonObject
            {
                ["Name"] = "overlay2",
                ["Data"] = new JsonObject
                {
                    ["LowerDir"] = string.Join(':', parts.Runtime.Images.Find(status.ImageId) is { } image ? parts.Runtime.Images.LayerDirectories(image.Id) : []),
                    ["MergedDir"] = files.Rootfs,
                    ["UpperDir"] = files.Upper,
                    ["WorkDir"] = Path.Combine(Path.GetDirectoryName(files.Upper)!, "work"),
                },
            },
            ["Mounts"] = view.Mounts(),
            ["Config"] = ShownConfig.Of(view, status.Config, parts.Runtime.Images.Find(status.ImageId)),
            ["NetworkSettings"] = Network(known, view),
        };
        if (request.Flag("size"))
        {
            json["SizeRw"] = view.SizeRw();
            json["SizeRootFs"] = view.SizeRw() + (parts.Runtime.Images.Find(status.ImageId)?.Size ?? 0);
        }

        return request.AnswerAsync(json);
    }

    private JsonObject Network(KnownContainer known, ContainerView view)
    {
        var networks = view.Networks();
        var first = networks["bridge"] ?? new JsonObject();
        return new()
        {
            ["Bridge"] = "",
            ["SandboxID"] = known.IsRunning ? known.Id : "",
            ["SandboxKey"] = known.IsRunning ? $"/proc/{known.Status.Pid}/ns/net" : "",
            ["Ports"] = known.IsRunning ? PortTexts.Map(known.Status.Ports, view.Exposed) : [],
            ["HairpinMode"] = false,
            ["LinkLocalIPv6Address"] = "",
            ["LinkLocalIPv6PrefixLen"] = 0,
            ["SecondaryIPAddresses"] = null,
            ["SecondaryIPv6Addresses"] = null,
            ["EndpointID"] = first.Text("EndpointID"),
            ["Gateway"] = first.Text("Gateway"),
            ["GlobalIPv6Address"] = "",
            ["GlobalIPv6PrefixLen"] = 0,
            ["IPAddress"] = first.Text("IPAddress"),
            ["IPPrefixLen"] = first.Number("IPPrefixLen"),
            ["IPv6Gateway"] = "",
            ["MacAddress"] = first.Text("MacAddress"),
            ["Networks"] = networks,
        };
    }
}

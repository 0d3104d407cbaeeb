using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Devices;

/// <summary>What a device changes in a container that has it (CDI spec, containerEdits).</summary>
internal sealed record CdiEdits
{
    private static readonly string[] Known = ["env", "deviceNodes", "mounts", "hooks", "additionalGids"];
    private static readonly string[] HookNames = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    public IReadOnlyList<KeyValuePair<string, string>> Env { get; private init; } = [];
    public IReadOnlyList<ContainerDevice> Devices { get; private init; } = [];
    public IReadOnlyList<ContainerMount> Mounts { get; private init; } = [];
    public IReadOnlyList<ContainerHook> Hooks { get; private init; } = [];
    public IReadOnlyList<long> Groups { get; private init; } = [];

    /// <exception cref="RuntimeException">InvalidArgument: an edit that is wrong, or is not made here.</exception>
    public static CdiEdits Parse(JsonNode? node)
    {
        if (node is null)
        {
            return new();
        }

        var edits = node as JsonObject ?? throw Wrong("containerEdits is no object");
        if (edits.FirstOrDefault(edit => !Known.Contains(edit.Key)).Key is { } unknown)
        {
            throw Wrong($"containerEdits.{unknown} is not supported; supported are {string.Join(", ", Known)}");
        }

        return new()
        {
            Env = [.. Items(edits, "env").Select(Variable)],
            Devices = [.. Items(edits, "deviceNodes").Select(Device)],
            Mounts = [.. Items(edits, "mounts").Select(Mount)],
            Hooks = [.. Items(edits, "hooks").Select(Hook)],
            Groups = [.. Items(edits, "additionalGids").Select(group => Number(group) ?? 0).Where(group => group > 0)],
        };
    }

    /// <summary>The container as it is with the device. Env of the same name is the device's.</summary>
    public ContainerConfig Apply(ContainerConfig config) => config with
    {
        Env = [.. config.Env, .. Env],
        Devices = [.. config.Devices.Where(device => !Devices.Any(mine => mine.ContainerPath == device.ContainerPath)), .. Devices.Select(device => OwnedBy(config.Security, device))],
        Mounts = [.. config.Mounts.Where(mount => !Mounts.Any(mine => mine.ContainerPath == mount.ContainerPath)), .. Mounts],
        Hooks = [.. config.Hooks, .. Hooks],
        Security = config.Security with { SupplementalGroups = [.. config.Security.SupplementalGroups.Union(Groups)] },
    };

    /// <summary>A node that names no owner is the container's user's.</summary>
    private static ContainerDevice OwnedBy(LinuxSecurity security, ContainerDevice device) => device with
    {
        Node = device.Node! with { Uid = device.Node.Uid ?? Positive(security.RunAsUser), Gid = device.Node.Gid ?? Positive(security.RunAsGroup) },
    };

    private static uint? Positive(long? id) => id is > 0 ? (uint)id : null;

    private static KeyValuePair<string, string> Variable(JsonNode? node)
    {
        var parts = Text(node).Split('=', 2);
        return parts is [{ Length: > 0 } name, var value] ? new(name, value) : throw Wrong($"env {Text(node)}: write it as NAME=value");
    }

    private static ContainerDevice Device(JsonNode? node)
    {
        var path = Absolute(node, "path", "deviceNodes");
        var type = Text(node!["type"]);
        if (type is not ("" or "b" or "c" or "u"))
        {
            throw Wrong($"deviceNodes {path}: type {type} is not supported; supported are b, c and u");
        }

        var permissions = Text(node["permissions"]) is { Length: > 0 } given ? given : "rwm";
        if (permissions.Any(letter => !"rwm".Contains(letter, StringComparison.Ordinal)))
        {
            throw Wrong($"deviceNodes {path}: permissions {permissions} are not any of r, w and m");
        }

        var host = Text(node["hostPath"]);
        return new(host.Length > 0 ? host : path, path, permissions)
        {
            Node = new(type, (uint?)Number(node["major"]), (uint?)Number(node["minor"]), (uint?)Number(node["fileMode"]), (uint?)Number(node["uid"]), (uint?)Number(node["gid"])),
        };
    }

    private static ContainerMount Mount(JsonNode? node)
    {
        var options = Items(node!.AsObject(), "options").Select(Text).ToList();
        var type = Text(node["type"]) is { Length: > 0 } given ? given : "bind";
        return new(Absolute(node, "hostPath", "mounts"), Absolute(node, "containerPath", "mounts"), options.Contains("ro"))
        {
            Written = new(type, type == "bind" && !options.Contains("bind") && !options.Contains("rbind") ? [.. options, "rbind"] : options),
        };
    }

    private static ContainerHook Hook(JsonNode? node)
    {
        var name = Text(node!["hookName"]);
        return HookNames.Contains(name)
            ? new(name, Absolute(node, "path", "hooks"), [.. Items(node.AsObject(), "args").Select(Text)], [.. Items(node.AsObject(), "env").Select(Text)], (int?)Number(node["timeout"]))
            : throw Wrong($"hooks: {name} is no hook; there are {string.Join(", ", HookNames)}");
    }

    private static string Absolute(JsonNode? node, string name, string where) => Text(node?[name]) is var path && path.StartsWith('/') ? path : throw Wrong($"{where}: {name} {path} is no absolute path");

    private static JsonArray Items(JsonObject from, string name) => from[name] switch { null => [], JsonArray array => array, _ => throw Wrong($"{name} is no list") };

    private static string Text(JsonNode? node) => node?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "",
        JsonValueKind.String => (string)node!,
        JsonValueKind.Number => node.ToJsonString(),
        _ => throw Wrong($"{node.GetPath()} is no text"),
    };

    private static long? Number(JsonNode? node) => Text(node) is { Length: > 0 } text
        ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong($"{node!.GetPath()}: {text} is no number")
        : null;

    private static RuntimeException Wrong(string what) => new(RuntimeErrorKind.InvalidArgument, what);
}

using System.Globalization;
using k8s.Models;
using Tripod.Runtime;
using Tripod.Runtime.Users;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tripod.Serve;

/// <summary>Reads /etc/tripod/config.yaml: every key optional, none unknown.</summary>
internal static class EngineConfig
{
    private static readonly string[] Keys =
    [
        "registries", "pauseImage", "ociRuntime", "conmon", "cgroupDriver", "containerLogMaxSize", "containerLogMaxFiles",
        "runtimes", "staticPodPath",
        "podCidr",
        "podPidsLimit",
        "userNamespaceIds",
        "cni", "cniConfDir", "cniBinDirs", "cdiSpecDirs",
        .. EvictionConfig.Keys,
    ];
    private static readonly string[] RuntimeKeys = ["path", "arguments"];
    private static readonly string[] RegistryKeys = ["host", "mirrors", "insecure"];

    /// <exception cref="InvalidOperationException">Names the file, the line and the key.</exception>
    public static RuntimeOptions Apply(string path, RuntimeOptions options) => Load(path) is { } top ? Apply(path, top, options) : options;

    /// <summary>Where static pods are described; null where the file does not say. It has been read before, and is sound.</summary>
    public static string? StaticPodPath(string path) =>
        Load(path)?.Children.FirstOrDefault(pair => pair.Key.ToString() == "staticPodPath").Value?.ToString();

    /// <returns>Null where there is no such file, or nothing in it.</returns>
    public static YamlMappingNode? Load(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var yaml = new YamlStream();
            using var text = File.OpenText(path);
            yaml.Load(text);
            return yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode as YamlMappingNode;
        }
        catch (YamlException failure)
        {
            throw new InvalidOperationException($"read {path}: line {failure.Start.Line}: {failure.Message}", failure);
        }
    }

    private static RuntimeOptions Apply(string path, YamlMappingNode top, RuntimeOptions options)
    {
        foreach (var (key, value) in top.Children)
        {
            options = key.ToString() switch
            {
                "registries" => options with { Registries = [.. ((YamlSequenceNode)value).Select(node => Registry(path, (YamlMappingNode)node))] },
                "podCidr" => options with { PodCidr = value.ToString() },
                "pauseImage" => options with { PauseImage = value.ToString() },
                "ociRuntime" => options with { OciRuntime = value.ToString() },
                "runtimes" => options with { Runtimes = Runtimes(path, value) },
                "staticPodPath" => options,
                "conmon" => options with { Conmon = value.ToString() },
                "cgroupDriver" => options with { CgroupDriver = value.ToString() is "auto" or "systemd" or "cgroupfs" ? value.ToString() : throw Wrong(path, value, "auto, systemd or cgroupfs") },
                "containerLogMaxSize" => options with { ContainerLogMaxSize = Bytes(path, value) },
                "containerLogMaxFiles" => options with { ContainerLogMaxFiles = int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files > 1 ? files : throw Wrong(path, value, "a number of files, at least 2") },
                "podPidsLimit" => options with { PodPidsLimit = long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pids) && pids is -1 or > 0 ? pids : throw Wrong(path, value, "a number of processes, or -1 for no limit") },
                "userNamespaceIds" => options with { UserNamespaceIds = IdPool.Parse(value.ToString()) ?? throw Wrong(path, value, "a range FIRST:COUNT of ids, both multiples of 65536, the first at least 65536") },
                "cni" => options with { Cni = value.ToString() switch { "auto" => CniMode.Auto, "only" => CniMode.Only, "off" => CniMode.Off, _ => throw Wrong(path, value, "auto, only or off") } },
                "cniConfDir" => options with { CniConfDir = Path.GetFullPath(value.ToString()) },
                "cniBinDirs" => options with { CniBinDirs = [.. ((YamlSequenceNode)value).Select(folder => Path.GetFullPath(folder.ToString()))] },
                "cdiSpecDirs" => options with { CdiSpecDirs = [.. ((YamlSequenceNode)value).Select(folder => Path.GetFullPath(folder.ToString()))] },
                var known when EvictionConfig.Keys.Contains(known) => options,
                var unknown => throw Unknown(path, key, unknown, Keys),
            };
        }

        return options;
    }

    private static RegistryOptions Registry(string path, YamlMappingNode node)
    {
        var registry = new RegistryOptions { Host = "" };
        foreach (var (key, value) in node.Children)
        {
            registry = key.ToString() switch
            {
                "host" => registry with { Host = value.ToString() },
                "mirrors" => registry with { Mirrors = [.. ((YamlSequenceNode)value).Select(mirror => mirror.ToString())] },
                "insecure" => registry with { Insecure = value.ToString() == "true" },
                var unknown => throw Unknown(path, key, unknown, RegistryKeys),
            };
        }

        return registry.Host.Length > 0 ? registry : throw new InvalidOperationException($"read {path}: line {node.Start.Line}: a registry needs its host, for example docker.io");
    }

    /// <summary>By handler: a path, or a mapping of path and arguments.</summary>
    private static Dictionary<string, OciRuntimeOptions> Runtimes(string path, YamlNode value)
    {
        var runtimes = new Dictionary<string, OciRuntimeOptions>(StringComparer.Ordinal);
        foreach (var (name, node) in value is YamlMappingNode map ? map.Children : throw Wrong(path, value, "a mapping of handlers to OCI runtimes, such as kata: /usr/bin/kata-runtime"))
        {
            runtimes[name.ToString()] = node is YamlMappingNode about ? Runtime(path, about) : new(node.ToString(), []);
        }

        return runtimes;
    }

    private static OciRuntimeOptions Runtime(string path, YamlMappingNode node)
    {
        var runtime = new OciRuntimeOptions("", []);
        foreach (var (key, value) in node.Children)
        {
            runtime = key.ToString() switch
            {
                "path" => runtime with { Path = value.ToString() },
                "arguments" when value is YamlSequenceNode list => runtime with { Arguments = [.. list.Select(argument => argument.ToString())] },
                "arguments" => throw Wrong(path, value, "a list of arguments"),
                var unknown => throw Unknown(path, key, unknown, RuntimeKeys),
            };
        }

        return runtime.Path.Length > 0 ? runtime : throw new InvalidOperationException($"read {path}: line {node.Start.Line}: an OCI runtime needs its path, for example /usr/bin/kata-runtime");
    }

    private static long Bytes(string path, YamlNode value)
    {
        try
        {
            return new ResourceQuantity(value.ToString()).ToInt64();
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            throw Wrong(path, value, "a quantity of bytes such as 10Mi");
        }
    }

    public static InvalidOperationException Wrong(string path, YamlNode value, string wanted) => new($"read {path}: line {value.Start.Line}: {value} is not {wanted}");

    public static InvalidOperationException Unknown(string path, YamlNode key, string name, string[] known) =>
        new($"read {path}: line {key.Start.Line}: unknown key {name}; known are {string.Join(", ", known)}");
}

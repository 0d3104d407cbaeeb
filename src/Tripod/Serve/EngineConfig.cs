using System.Globalization;
using k8s.Models;
using Tripod.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tripod.Serve;

/// <summary>Reads /etc/tripod/config.yaml: every key optional, none unknown.</summary>
internal static class EngineConfig
{
    private static readonly string[] Keys = ["registries", "pauseImage", "ociRuntime", "conmon", "cgroupDriver", "containerLogMaxSize", "containerLogMaxFiles"];
    private static readonly string[] RegistryKeys = ["host", "mirrors", "insecure"];

    /// <exception cref="InvalidOperationException">Names the file, the line and the key.</exception>
    public static RuntimeOptions Apply(string path, RuntimeOptions options)
    {
        if (!File.Exists(path))
        {
            return options;
        }

        try
        {
            var yaml = new YamlStream();
            using var text = File.OpenText(path);
            yaml.Load(text);
            return yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode top ? options : Apply(path, top, options);
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
                "pauseImage" => options with { PauseImage = value.ToString() },
                "ociRuntime" => options with { OciRuntime = value.ToString() },
                "conmon" => options with { Conmon = value.ToString() },
                "cgroupDriver" => options with { CgroupDriver = value.ToString() is "auto" or "systemd" or "cgroupfs" ? value.ToString() : throw Wrong(path, value, "auto, systemd or cgroupfs") },
                "containerLogMaxSize" => options with { ContainerLogMaxSize = Bytes(path, value) },
                "containerLogMaxFiles" => options with { ContainerLogMaxFiles = int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files > 1 ? files : throw Wrong(path, value, "a number of files, at least 2") },
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

    private static InvalidOperationException Wrong(string path, YamlNode value, string wanted) => new($"read {path}: line {value.Start.Line}: {value} is not {wanted}");

    private static InvalidOperationException Unknown(string path, YamlNode key, string name, string[] known) =>
        new($"read {path}: line {key.Start.Line}: unknown key {name}; known are {string.Join(", ", known)}");
}

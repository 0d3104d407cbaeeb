using Tripod.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tripod.Serve;

/// <summary>Reads /etc/tripod/config.yaml: every key optional, none unknown.</summary>
internal static class EngineConfig
{
    private static readonly string[] Keys = ["registries", "pauseImage", "ociRuntime", "conmon"];
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

    private static InvalidOperationException Unknown(string path, YamlNode key, string name, string[] known) =>
        new($"read {path}: line {key.Start.Line}: unknown key {name}; known are {string.Join(", ", known)}");
}

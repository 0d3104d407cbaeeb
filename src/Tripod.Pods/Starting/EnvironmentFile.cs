using System.Text;
using k8s.Models;
using Tripod.Linux;
using Tripod.Pods.Volumes;

namespace Tripod.Pods.Starting;

/// <summary>
/// One variable of a file that an init container left in an emptyDir volume (Kubernetes: Define environment variables with
/// a file). The file is read as the container would see it: no link leads out of the volume.
/// </summary>
internal static class EnvironmentFile
{
    private const int MostBytes = 64 * 1024;

    /// <returns>Null where the key is optional and not there.</returns>
    /// <exception cref="ContainerProblem">The file or the key is not there, or a line cannot be understood.</exception>
    public static string? Read(PodVolumes volumes, PodView pod, V1FileKeySelector source)
    {
        var volume = pod.Spec.Volumes?.FirstOrDefault(found => found.Name == source.VolumeName)
            ?? throw Problem($"env fileKeyRef: volume {source.VolumeName} is not in spec.volumes");
        var bytes = RootedFile.Read(volumes.Locate(pod, volume).Path, source.Path, MostBytes);
        if (bytes is null)
        {
            return source.Optional == true ? null : throw Problem($"environment variable file {source.Path} of volume {source.VolumeName} does not exist");
        }

        var values = Parse(Encoding.UTF8.GetString(bytes), source.Path);
        return values.TryGetValue(source.Key, out var value) ? value
            : source.Optional == true ? null
            : throw Problem($"environment variable key {source.Key} not found in file {source.Path} of volume {source.VolumeName}");
    }

    /// <summary>Lines <c>NAME='value'</c>, where a value may go over lines and is taken as it stands; others are empty or begin with <c>#</c>.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text, string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var line = text[at..end].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                at = end + 1;
                continue;
            }

            var equals = text.IndexOf('=', at);
            var open = equals + 1;
            if (equals < 0 || equals > end || open >= text.Length || text[open] != '\'' || text.IndexOf('\'', open + 1) is not (>= 0 and var close))
            {
                throw Problem($"environment variable file {path}: cannot understand \"{line}\": write it as NAME='value'");
            }

            values[text[at..equals].Trim()] = text[(open + 1)..close];
            at = text.IndexOf('\n', close) is >= 0 and var next ? next + 1 : text.Length;
        }

        return values;
    }

    private static ContainerProblem Problem(string message) => new("CreateContainerConfigError", message);
}

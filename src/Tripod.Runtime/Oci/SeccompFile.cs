using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Runtime.Oci;

/// <summary>
/// Turns a seccomp profile as Docker's and Kubernetes' users write it into what an OCI runtime takes: rules for other
/// capabilities or architectures fall away, and the list of architectures is this machine's. Pure.
/// </summary>
internal static class SeccompFile
{
    /// <param name="text">JSON.</param>
    /// <param name="capabilities">What the container has.</param>
    /// <exception cref="RuntimeException">InvalidArgument: it is no profile.</exception>
    public static string ToOci(string text, IReadOnlySet<string> capabilities)
    {
        try
        {
            var profile = JsonNode.Parse(text, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject;
            if (profile?["defaultAction"] is null)
            {
                throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "seccomp profile: there is no defaultAction in it", "CreateContainerError");
            }

            return Of(profile, capabilities).ToJsonString();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"seccomp profile: decoding failed: {broken.Message}", "CreateContainerError", broken);
        }
    }

    private static JsonObject Of(JsonObject profile, IReadOnlySet<string> capabilities)
    {
        var result = new JsonObject();
        foreach (var name in (string[])["defaultAction", "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata"])
        {
            if (profile[name] is { } value)
            {
                result[name] = value.DeepClone();
            }
        }

        result["architectures"] = Architectures(profile);
        result["syscalls"] = new JsonArray([.. (profile["syscalls"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(rule => Holds(rule["includes"], capabilities, all: true) && !Holds(rule["excludes"], capabilities, all: false))
            .Select(rule => (JsonNode)Rule(rule))]);
        return result;
    }

    private static JsonObject Rule(JsonObject rule)
    {
        var result = new JsonObject { ["names"] = rule["names"]?.DeepClone() ?? new JsonArray(rule["name"]?.DeepClone()), ["action"] = rule["action"]?.DeepClone() };
        if (rule["errnoRet"] is { } errno)
        {
            result["errnoRet"] = errno.DeepClone();
        }

        if (rule["args"] is JsonArray { Count: > 0 } arguments)
        {
            result["args"] = arguments.DeepClone();
        }

        return result;
    }

    /// <summary>A list of its own, or by this machine's architecture out of a map.</summary>
    private static JsonArray Architectures(JsonObject profile)
    {
        var own = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        if (profile["architectures"] is JsonArray { Count: > 0 } listed)
        {
            return listed.DeepClone().AsArray();
        }

        var mapped = (profile["archMap"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(entry => (string?)entry["architecture"] == own);
        return [(JsonNode)own, .. (mapped?["subArchitectures"] as JsonArray ?? []).Select(sub => sub?.DeepClone())];
    }

    /// <param name="condition">Capabilities, architectures, a kernel's age; null holds as an include and not as an exclude.</param>
    /// <param name="capabilities">What the container has.</param>
    /// <param name="all">All of the named capabilities are needed, or any.</param>
    private static bool Holds(JsonNode? condition, IReadOnlySet<string> capabilities, bool all)
    {
        var caps = (condition?["caps"] as JsonArray ?? []).Select(name => (string)name!).ToList();
        var arches = (condition?["arches"] as JsonArray ?? []).Select(name => (string)name!).ToList();
        var here = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return all
            ? caps.TrueForAll(capabilities.Contains) && (arches.Count == 0 || arches.Contains(here)) && IsNewer((string?)condition?["minKernel"])
            : caps.Exists(capabilities.Contains) || arches.Contains(here);
    }

    private static bool IsNewer(string? kernel) =>
        kernel is null || !Version.TryParse(kernel, out var least) || Environment.OSVersion.Version >= least;
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>An OCI archive like another one, with more environment.</summary>
public static class DerivedImage
{
    public static async Task<string> WithEnvironment(string archive, string output, params string[] variables)
    {
        var layout = Directory.CreateTempSubdirectory("tripod-derived-").FullName;
        try
        {
            await Command.Run("tar", "-xf", archive, "-C", layout);
            var index = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(layout, "index.json")))!;
            var manifest = Read(layout, index["manifests"]![0]!);
            var config = Read(layout, manifest["config"]!);
            var environment = config["config"]!["Env"]!.AsArray();
            foreach (var variable in variables)
            {
                environment.Add((JsonNode)variable);
            }

            Write(layout, config, manifest["config"]!);
            Write(layout, manifest, index["manifests"]![0]!);
            await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), index.ToJsonString());
            await Command.Run("tar", "-cf", output, "-C", layout, "oci-layout", "index.json", "blobs");
            return output;
        }
        finally
        {
            Directory.Delete(layout, recursive: true);
        }
    }

    private static JsonNode Read(string layout, JsonNode descriptor) => JsonNode.Parse(File.ReadAllText(PathOf(layout, (string)descriptor["digest"]!)))!;

    private static void Write(string layout, JsonNode document, JsonNode descriptor)
    {
        var content = Encoding.UTF8.GetBytes(document.ToJsonString());
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        File.WriteAllBytes(PathOf(layout, digest), content);
        descriptor["digest"] = digest;
        descriptor["size"] = content.Length;
    }

    private static string PathOf(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest.Split(':')[1]);
}

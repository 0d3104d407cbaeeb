using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tripod.Client;

/// <summary>The kubeconfig that the engine writes: one cluster, one user, certificates in place.</summary>
internal sealed record KubeconfigFile(Uri Server, X509Certificate2 Authority, X509Certificate2 ClientCertificate)
{
    /// <exception cref="CommandFailure">It is not there, not readable, or another kind of kubeconfig.</exception>
    public static KubeconfigFile Read(string path)
    {
        try
        {
            var yaml = new YamlStream();
            using (var text = File.OpenText(path))
            {
                yaml.Load(text);
            }

            var top = (YamlMappingNode)yaml.Documents[0].RootNode;
            var cluster = (YamlMappingNode)top["clusters"][0]["cluster"];
            var user = (YamlMappingNode)top["users"][0]["user"];
            return new(
                new Uri(cluster["server"].ToString()),
                X509Certificate2.CreateFromPem(Decoded(cluster["certificate-authority-data"])),
                X509Certificate2.CreateFromPem(Decoded(user["client-certificate-data"]), Decoded(user["client-key-data"])));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new CommandFailure($"permission denied on {path}: run the command with sudo, or let sudo tripod setup give you a copy", inner: failure);
        }
        catch (Exception failure) when (failure is IOException or YamlException or KeyNotFoundException or ArgumentException or FormatException or InvalidCastException)
        {
            throw new CommandFailure($"{path} is no kubeconfig of tripod's: {failure.Message}", inner: failure);
        }
    }

    private static string Decoded(YamlNode node) => Encoding.ASCII.GetString(Convert.FromBase64String(node.ToString()));
}

using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>Writes the kubeconfig by which the machine's administrator reaches the API.</summary>
public static class Kubeconfig
{
    public static void Write(string path, string server, string authority, (string Certificate, string Key) client)
    {
        var text = $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: tripod
              cluster:
                server: {server}
                certificate-authority-data: {Encoded(authority)}
            users:
            - name: tripod-admin
              user:
                client-certificate-data: {Encoded(client.Certificate)}
                client-key-data: {Encoded(client.Key)}
            contexts:
            - name: tripod
              context:
                cluster: tripod
                user: tripod-admin
            current-context: tripod

            """;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            PrivateFile.Write(path, text);
        }
    }

    private static string Encoded(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tripod.IntegrationTests.Pods;

/// <summary>A server on the host whose health a test turns: plain, by TLS with a certificate of nobody's, or by gRPC.</summary>
internal sealed class ProbedServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProbedServer(WebApplication app) => this.app = app;

    public bool IsHealthy { get; set; }
    public string UserAgent { get; private set; } = "";

    /// <summary>By gRPC asked for; the server itself is the empty one.</summary>
    public System.Collections.Concurrent.ConcurrentBag<string> Services { get; } = [];

    /// <summary>Host, path and X-Probe header of what was asked by HTTP.</summary>
    public System.Collections.Concurrent.ConcurrentBag<string> Asked { get; } = [];
    public int Port => new Uri(app.Urls.First()).Port;

    public static async Task<ProbedServer> Start(bool tls, bool http2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen =>
        {
            listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (tls)
            {
                listen.UseHttps(Certificate());
            }
        }));
        var app = builder.Build();
        var server = new ProbedServer(app);
        app.Run(server.Answer);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Answer(HttpContext http)
    {
        UserAgent = http.Request.Headers.UserAgent.ToString();
        Asked.Add($"{http.Request.Scheme} {http.Request.Host.Value} {http.Request.Path} {http.Request.Headers["X-Probe"]}");
        switch (http.Request.Path.Value)
        {
            case "/grpc.health.v1.Health/Check":
                using (var asked = new MemoryStream())
                {
                    // A frame's five bytes, then the one field with its tag and length.
                    await http.Request.Body.CopyToAsync(asked);
                    Services.Add(System.Text.Encoding.UTF8.GetString(asked.ToArray().Skip(7).ToArray()));
                }

                http.Response.ContentType = "application/grpc";
                await http.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, (byte)(IsHealthy ? 1 : 2) });
                http.Response.AppendTrailer("grpc-status", "0");
                break;
            case "/headers":
                http.Response.StatusCode = IsHealthy && http.Request.Host.Value == "named.example" && http.Request.Headers["X-Probe"] == "asked" ? 200 : 500;
                break;
            case "/away":
                http.Response.Redirect("/ok?a=b");
                break;
            case "/elsewhere":
                const string Found = "<a href=\"http://0.0.0.0/\">Found</a>.\n\n";
                http.Response.Redirect("http://0.0.0.0/");
                http.Response.ContentLength = Found.Length;
                await http.Response.WriteAsync(Found);
                break;
            default:
                http.Response.StatusCode = IsHealthy && http.Request.Query["a"] == "b" ? 200 : 500;
                break;
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

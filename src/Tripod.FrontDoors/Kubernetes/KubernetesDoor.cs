using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Tls;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>How the door is reached.</summary>
public sealed record KubernetesDoorOptions
{
    public required IPEndPoint Listen { get; init; }
    public required Authority Authority { get; init; }
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Lines of <c>token,user,uid</c>; null: certificates only.</summary>
    public string? TokenFile { get; init; }
    public string KubernetesVersion { get; init; } = "v1.33.0";
}

/// <summary>The Kubernetes API on Kestrel, TLS only. Requests go to the <see cref="Router"/>.</summary>
public static class KubernetesDoor
{
    public static WebApplication Create(KubernetesDoorOptions options, DoorParts parts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = options.Certificate,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    // Whose certificate it is, is judged for each request, so that the answer is a Status and not a broken handshake.
                    ClientCertificateValidation = (_, _, _) => true,
                });
            });
        });
        var app = builder.Build();
        app.UseWebSockets();
        var router = new Router(parts, new Authentication(options.Authority, options.TokenFile), options.KubernetesVersion);
        app.Run(router.Handle);
        return app;
    }
}

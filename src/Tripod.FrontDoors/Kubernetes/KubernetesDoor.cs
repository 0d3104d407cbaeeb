using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Authorization;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Tls;
using Tripod.FrontDoors.Tls;
using Tripod.Pods;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes;

/// <summary>The Kubernetes API over TLS. <c>tripod serve</c> opens it; each request goes to <see cref="Router"/>.</summary>
public static class KubernetesDoor
{
    /// <summary>Makes what it needs on disk (authority, certificate, kubeconfig); listens once the result is started.</summary>
    /// <param name="options">Where it listens, whom it lets in.</param>
    /// <param name="store">Holds the objects.</param>
    /// <param name="pods">Null: objects are only kept, nothing runs them.</param>
    /// <param name="runtime">As <paramref name="pods"/>.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="InvalidDataException">The token file cannot be understood.</exception>
    public static WebApplication Create(KubernetesDoorOptions options, ObjectStore store, PodEngine? pods, ContainerRuntime? runtime, TimeProvider clock)
    {
        var log = options.Logging.CreateLogger("Tripod.Kubernetes");
        var authority = CertificateAuthority.LoadOrCreate(options.PkiDirectory, clock, log);
        var certificate = new ServerCertificate(authority, options.PkiDirectory, Names(options), clock, log);
        certificate.Current();
        BuiltInRoles.Ensure(store, clock);
        var tokens = options.TokenFile is { } file ? TokenFile.Parse(File.ReadLines(file), file) : TokenFile.None;
        if (options.KubeconfigPath is { } kubeconfig)
        {
            Kubeconfig.Write(kubeconfig, Address(options.Listen[0]), options.PkiDirectory, authority, clock);
        }

        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "tripod" });
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, certificate));
        var app = builder.Build();
        var parts = new DoorParts(store, pods, runtime, options, clock, log, app.Lifetime.ApplicationStopping);
        var router = new Router(parts, new Authenticator(authority, tokens, pods?.Tokens, clock, log));
        app.Run(router.HandleAsync);
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, KubernetesDoorOptions options, ServerCertificate certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes;

        // Whoever pauses a watch or a log (kubectl … | less) may read on later; it holds up nobody else.
        kestrel.Limits.MinResponseDataRate = null;
        if (options.ListenHandle is { } handle)
        {
            kestrel.ListenHandle((ulong)handle, listen => Secure(listen, certificate));
        }

        foreach (var address in options.Listen.Skip(options.ListenHandle is null ? 0 : 1))
        {
            kestrel.Listen(address, listen => Secure(listen, certificate));
        }
    }

    private static void Secure(ListenOptions listen, ServerCertificate certificate)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, _) => certificate.Current(),
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,

            // Judged per request, so that who is not known gets a Status object and no broken handshake.
            ClientCertificateValidation = (_, _, _) => true,
        });
    }

    private static List<string> Names(KubernetesDoorOptions options) =>
    [
        .. new[] { "127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", options.NodeName }
            .Concat(options.ExtraNames)
            .Concat(options.Listen.Where(address => !IsAny(address)).Select(address => address.Address.ToString()))
            .Distinct(StringComparer.Ordinal),
    ];

    private static string Address(IPEndPoint endpoint) =>
        $"https://{(IsAny(endpoint) ? new IPEndPoint(IPAddress.Loopback, endpoint.Port) : endpoint)}";

    private static bool IsAny(IPEndPoint endpoint) => endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
}

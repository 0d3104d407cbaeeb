using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Tripod.Pods;

namespace Tripod.Serve;

/// <summary>Sends the traces of pods' starts to a collector (OTLP over HTTP, protobuf), where one is named.</summary>
internal static class Tracing
{
    private const string StandardVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <param name="endpoint">The collector's base address, <c>http://127.0.0.1:4318</c>; null: the standard environment variable's, if any.</param>
    /// <param name="version">The engine's.</param>
    /// <param name="node">This machine's name.</param>
    /// <returns>Null where nobody is to be told.</returns>
    public static IDisposable? Start(string? endpoint, string version, string node)
    {
        var address = endpoint ?? Environment.GetEnvironmentVariable(StandardVariable);
        if (string.IsNullOrEmpty(address))
        {
            return null;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var collector) || collector.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"--otlp-endpoint: {address} is no http address of a collector, such as http://127.0.0.1:4318");
        }

        return Sdk.CreateTracerProviderBuilder()
            .AddSource(PodEngine.TraceSource)
            .ConfigureResource(resource => resource.AddService("tripod", serviceVersion: version).AddAttributes([new("k8s.node.name", node)]))
            .AddOtlpExporter(options =>
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri($"{address.TrimEnd('/')}/v1/traces");
            })
            .Build();
    }
}

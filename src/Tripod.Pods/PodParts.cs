using Microsoft.Extensions.Logging;
using Tripod.Pods.Accounts;
using Tripod.Pods.Cluster;
using Tripod.Pods.Cluster.Storage;
using Tripod.Pods.Events;
using Tripod.Pods.Eviction;
using Tripod.Pods.Handlers;
using Tripod.Pods.Probes;
using Tripod.Pods.Resizing;
using Tripod.Pods.Starting;
using Tripod.Pods.Status;
using Tripod.Pods.Volumes;
using Tripod.Runtime;
using Tripod.Store;

namespace Tripod.Pods;

/// <summary>What every worker works with; made once by the engine.</summary>
internal sealed class PodParts
{
    public PodParts(ObjectStore store, ContainerRuntime runtime, PodEngineOptions options, AccountTokens tokens, TimeProvider clock, ILogger log)
    {
        (Store, Runtime, Options, Clock, Log) = (store, runtime, options, clock, log);
        Events = new(store, options.NodeName, clock, log);
        Pressure = new();
        Tokens = tokens;
        Volumes = new(store, options, tokens, clock);
        Claims = new(store, options, Events, clock);
        Scheduler = new(store, options.NodeName, Claims, Events, clock);
        Allocations = new(Volumes);
        Resizes = new(store, options.NodeName, Allocations, Scheduler, Events, clock);
        QosCgroups = new(runtime, options.Root, Resizes, log);
        Hook = new(clock, options.KubernetesVersion);
        Probe = new(Events, options.KubernetesVersion, clock);
        Messages = new(options);
        UserIds = new(runtime, options.UserNamespaceIds);
        var images = new PodImages(runtime.Images, new(store, Events), Events, clock);
        Starter = new(this, images, new(runtime, images, Volumes), new(new(store, Volumes, Events, options), new(Volumes), Messages, options));
    }

    public ObjectStore Store { get; }
    public ContainerRuntime Runtime { get; }
    public PodEngineOptions Options { get; }
    public TimeProvider Clock { get; }
    public ILogger Log { get; }
    public EventRecorder Events { get; }
    public NodePressure Pressure { get; }
    public AccountTokens Tokens { get; }
    public PodVolumes Volumes { get; }
    public ClaimBinder Claims { get; }
    public Scheduler Scheduler { get; }
    public Allocations Allocations { get; }
    public PodResizes Resizes { get; }
    public QosCgroups QosCgroups { get; }
    public RunHook Hook { get; }
    public RunProbe Probe { get; }
    public TerminationMessages Messages { get; }
    public PodUserIds UserIds { get; }
    public StartPodContainer Starter { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public string LogRoot => Path.Combine(Options.Root, "logs", "pods");
}

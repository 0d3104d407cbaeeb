using Microsoft.Extensions.Logging;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Images;
using Tripod.Runtime.Network;
using Tripod.Runtime.Network.Bridges;
using Tripod.Runtime.Network.Cni;
using Tripod.Runtime.Network.Dns;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;
using Tripod.Runtime.Volumes;
using Tripod.Store;

namespace Tripod.Runtime;

/// <summary>What the verbs work with; made once when the runtime opens.</summary>
internal sealed class RuntimeParts
{
    public RuntimeParts(RuntimeOptions options, RecordStore records, ImageService images, PodNetwork network, TimeProvider clock, ILogger log)
    {
        (Options, Images, Network, Clock, Log) = (options, images, network, clock, log);
        Paths = new(options);
        Cgroups = CgroupTree.Detect(options.CgroupDriver);
        CgroupPaths = new(options.Name, Cgroups.Driver);
        Moves = new(Cgroups);
        Table = new(records);
        Networks = new(records, network, Table, clock, log);
        Volumes = new(records, options.Root, clock) { Users = place => [.. Table.All.Where(entry => entry.Record.Config.Mounts.Any(mount => Path.TrimEndingDirectorySeparator(mount.HostPath) == place || mount.HostPath.StartsWith(place + "/", StringComparison.Ordinal))).Select(entry => entry.Record.Id)] };
        Plugins = new(options, records, clock, log);
        Oci = new(options, Paths, Cgroups, id => Table.Find(id)?.Record.Cgroup ?? "");
        Ends = new(this);
    }

    public RuntimeOptions Options { get; }
    public ImageService Images { get; }
    public PodNetwork Network { get; }
    public TimeProvider Clock { get; }
    public ILogger Log { get; }
    public RuntimePaths Paths { get; }
    public CgroupTree Cgroups { get; }
    public CgroupPath CgroupPaths { get; }
    public CgroupMoves Moves { get; }
    public ContainerTable Table { get; }
    public VolumeStore Volumes { get; }
    public UserNetworks Networks { get; }
    public PluginNetwork Plugins { get; }
    public OciRuntime Oci { get; }
    public ContainerEnds Ends { get; }

    /// <summary>The pods' nameserver; null where something else has its address.</summary>
    public Resolver? Resolver { get; set; }

    /// <summary>Why there are no user namespaces for sandboxes here; null where there are.</summary>
    public string? UserNamespaceProblem { get; set; }

    /// <summary>The same until the machine boots again.</summary>
    public string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public IReadOnlySet<string> Bounding { get; } = Capabilities.Bounding();
}

namespace Tripod.Runtime.Containers;

/// <summary>Limits; null or 0 means none is asked for. Memory in bytes, cpu times in microseconds.</summary>
public sealed record LinuxResources
{
    public long CpuPeriod { get; init; }
    public long CpuQuota { get; init; }
    public long CpuShares { get; init; }
    public string CpusetCpus { get; init; } = "";
    public string CpusetMems { get; init; } = "";
    public long MemoryLimit { get; init; }
    public long MemorySwapLimit { get; init; }

    /// <summary>What the kernel tries to leave it when memory is short.</summary>
    public long MemoryReservation { get; init; }

    /// <summary>What it was promised of the machine's; kept for whoever counts, and written nowhere.</summary>
    public long MemoryRequest { get; init; }

    /// <summary>0 to 100; null: the machine's. cgroup v1 only.</summary>
    public long? MemorySwappiness { get; init; }

    /// <summary>At its memory limit it waits and is not killed. cgroup v1 only.</summary>
    public bool OomKillDisable { get; init; }

    /// <summary>Microseconds of realtime scheduling in each period. cgroup v1 only.</summary>
    public long CpuRealtimePeriod { get; init; }
    public long CpuRealtimeRuntime { get; init; }
    public long PidsLimit { get; init; }
    public int? OomScoreAdj { get; init; }
    public IReadOnlyDictionary<string, ulong> HugepageLimits { get; init; } = new Dictionary<string, ulong>();

    /// <summary>Files of the v2 hierarchy by name, with what is written into them (OCI runtime-spec, "unified").</summary>
    public IReadOnlyDictionary<string, string> Unified { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Null: no rule about block devices.</summary>
    public BlockIoLimits? BlockIo { get; init; }

    /// <summary>Devices that may be opened though none of them is handed in.</summary>
    public IReadOnlyList<DeviceRule> DeviceRules { get; init => field = value ?? []; } = [];
}

/// <summary>Shares and rates of block devices, which are named by their path in the host's /dev.</summary>
public sealed record BlockIoLimits
{
    /// <summary>10 to 1000; 0: the kernel's.</summary>
    public int Weight { get; init; }
    public IReadOnlyList<DeviceAmount> WeightDevices { get; init; } = [];

    /// <summary>Bytes per second.</summary>
    public IReadOnlyList<DeviceAmount> ReadBytes { get; init; } = [];
    public IReadOnlyList<DeviceAmount> WriteBytes { get; init; } = [];

    /// <summary>Operations per second.</summary>
    public IReadOnlyList<DeviceAmount> ReadOperations { get; init; } = [];
    public IReadOnlyList<DeviceAmount> WriteOperations { get; init; } = [];
}

/// <param name="Path">A block device of the host's.</param>
public sealed record DeviceAmount(string Path, long Amount);

/// <summary>A rule of the devices cgroup: <c>c 1:3 rwm</c>.</summary>
/// <param name="Type"><c>c</c>, <c>b</c> or <c>a</c>.</param>
/// <param name="Major">Null: any.</param>
/// <param name="Minor">Null: any.</param>
/// <param name="Access">Any of <c>rwm</c>.</param>
public sealed record DeviceRule(string Type, long? Major, long? Minor, string Access);

namespace Tripod.Doctor;

/// <summary>What a machine is like, as far as pods need to know; read by <see cref="HostReader"/>, judged by <see cref="HostFindings"/>.</summary>
internal sealed record HostFacts
{
    public bool IsRoot { get; init; } = true;

    /// <summary>As uname(2) has it: <c>6.1.0-56-amd64</c>.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Modules that pods need and that this kernel neither has nor can load.</summary>
    public IReadOnlyList<string> MissingModules { get; init; } = [];

    /// <summary>2: pure; 1: with or without a v2 mount beside.</summary>
    public int CgroupVersion { get; init; } = 2;
    public IReadOnlySet<string> Controllers { get; init; } = new HashSet<string>();
    public bool SystemdRuns { get; init; }

    /// <summary>The system bus is there.</summary>
    public bool HasBus { get; init; }

    public IReadOnlyDictionary<string, long> Sysctls { get; init; } = new Dictionary<string, long>();

    /// <summary>The first line that each says of its version; null: not installed.</summary>
    public IReadOnlyDictionary<string, string?> Programs { get; init; } = new Dictionary<string, string?>();
    public bool HasNftablesLibrary { get; init; } = true;

    /// <summary>AppArmor is enabled, but nothing here loads a profile.</summary>
    public bool AppArmorIsIdle { get; init; }

    /// <summary>By the path that is meant: what is free, and what there is.</summary>
    public IReadOnlyList<DiskSpace> Disks { get; init; } = [];

    /// <summary>Sentences about firewalls and the pods' addresses, way out included.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>The year that the clock shows.</summary>
    public int Year { get; init; } = 2026;
}

internal sealed record DiskSpace(string Path, long Bytes, long FreeBytes, long Inodes, long FreeInodes);

using Tripod.Runtime.Containers;
using Tripod.Runtime.Users;

namespace Tripod.Runtime.Oci;

/// <summary>Everything an OCI config is made of, with all choices made: what <see cref="SpecWriter"/> writes down.</summary>
internal sealed record ContainerSpec
{
    public required string RootfsPath { get; init; }
    public required IReadOnlyList<string> Args { get; init; }
    public required IReadOnlyList<string> Env { get; init; }
    public required ProcessUser User { get; init; }
    public string Cwd { get; init; } = "/";
    public bool Tty { get; init; }
    public bool ReadOnlyRootfs { get; init; }
    public bool NoNewPrivileges { get; init; }
    public bool Privileged { get; init; }
    public required IReadOnlySet<string> Capabilities { get; init; }

    /// <summary>Null: unconfined; empty: the default; else the text of a profile.</summary>
    public string? Seccomp { get; init; } = "";
    public string AppArmor { get; init; } = "";
    public string SeLinuxLabel { get; init; } = "";

    /// <summary>Of the container's root mount (<c>rslave</c>, <c>rshared</c>); empty: private.</summary>
    public string RootfsPropagation { get; init; } = "";

    /// <summary>Set only where the container has a UTS namespace of its own.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>OCI type and, for one to join, its path.</summary>
    public required IReadOnlyList<(string Type, string? Path)> Namespaces { get; init; }

    /// <summary>The ids of the user namespace among <see cref="Namespaces"/>; null where there is none.</summary>
    public UserMappings? Users { get; init; }
    public required IReadOnlyList<SpecMount> Mounts { get; init; }
    public IReadOnlyList<ContainerDevice> Devices { get; init; } = [];
    public IReadOnlyList<ContainerHook> Hooks { get; init; } = [];
    public required string CgroupsPath { get; init; }
    /// <summary>Held also by a user who is not root; all of them among <see cref="Capabilities"/>.</summary>
    public IReadOnlyCollection<string> Ambient { get; init; } = [];
    public LinuxResources Resources { get; init; } = new();
    public int? OomScoreAdj { get; init; }
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];
    public IReadOnlyList<string> ReadonlyPaths { get; init; } = [];
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<(string Type, ulong Hard, ulong Soft)> Rlimits { get; init; } = [];
}

internal sealed record SpecMount(string Destination, string Type, string Source, IReadOnlyList<string> Options);

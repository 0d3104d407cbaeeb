using System.Buffers;
using System.Text.Json;
using Tripod.Linux;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Users;

namespace Tripod.Runtime.Oci;

/// <summary>Writes a <see cref="ContainerSpec"/> as an OCI bundle's config.json (runtime-spec 1.0). Pure but for looking up device numbers.</summary>
internal static class SpecWriter
{
    public static byte[] Write(ContainerSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.2");
            json.WriteStartObject("root");
            json.WriteString("path", spec.RootfsPath);
            json.WriteBoolean("readonly", spec.ReadOnlyRootfs);
            json.WriteEndObject();
            if (spec.Hostname.Length > 0)
            {
                json.WriteString("hostname", spec.Hostname);
            }

            Process(json, spec);
            Mounts(json, spec.Mounts);
            Hooks(json, spec.Hooks);
            Pairs(json, "annotations", SystemdUnit.IsScope(spec.CgroupsPath) ? OfScope(spec.Annotations) : spec.Annotations);
            Linux(json, spec);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// A unit that failed, as one does that ran out of memory, is not kept for anybody to read (systemd.unit(5); a GVariant's
    /// text); and limits stand at the scope itself, not in a cgroup that crun would make below it (crun(1)).
    /// </summary>
    private static Dictionary<string, string> OfScope(IReadOnlyDictionary<string, string> annotations) =>
        new(annotations, StringComparer.Ordinal) { ["org.systemd.property.CollectMode"] = "'inactive-or-failed'", ["run.oci.systemd.subgroup"] = "" };

    private static void Process(Utf8JsonWriter json, ContainerSpec spec)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", spec.Tty);
        json.WriteStartObject("user");
        json.WriteNumber("uid", spec.User.Uid);
        json.WriteNumber("gid", spec.User.Gid);
        json.WriteStartArray("additionalGids");
        foreach (var group in spec.User.Groups)
        {
            json.WriteNumberValue(group);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        Strings(json, "args", spec.Args);
        Strings(json, "env", spec.Env);
        json.WriteString("cwd", spec.Cwd);
        json.WriteStartObject("capabilities");
        Strings(json, "bounding", spec.Capabilities);
        Strings(json, "permitted", spec.User.Uid == 0 ? spec.Capabilities : spec.Ambient);
        Strings(json, "effective", spec.User.Uid == 0 ? spec.Capabilities : spec.Ambient);
        if (spec.Ambient.Count > 0)
        {
            Strings(json, "inheritable", spec.Ambient);
            Strings(json, "ambient", spec.Ambient);
        }

        json.WriteEndObject();
        json.WriteBoolean("noNewPrivileges", spec.NoNewPrivileges);
        if (spec.AppArmor.Length > 0)
        {
            json.WriteString("apparmorProfile", spec.AppArmor);
        }

        if (spec.SeLinuxLabel.Length > 0)
        {
            json.WriteString("selinuxLabel", spec.SeLinuxLabel);
        }

        if (spec.OomScoreAdj is { } score)
        {
            json.WriteNumber("oomScoreAdj", score);
        }

        json.WriteStartArray("rlimits");
        foreach (var (type, hard, soft) in spec.Rlimits)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteNumber("hard", hard);
            json.WriteNumber("soft", soft);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Mounts(Utf8JsonWriter json, IReadOnlyList<SpecMount> mounts)
    {
        json.WriteStartArray("mounts");
        foreach (var mount in mounts)
        {
            json.WriteStartObject();
            json.WriteString("destination", mount.Destination);
            json.WriteString("type", mount.Type);
            json.WriteString("source", mount.Source);
            Strings(json, "options", mount.Options);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Linux(Utf8JsonWriter json, ContainerSpec spec)
    {
        json.WriteStartObject("linux");
        json.WriteString("cgroupsPath", SystemdUnit.IsScope(spec.CgroupsPath) ? SystemdUnit.OciPath(spec.CgroupsPath) : spec.CgroupsPath);
        if (spec.RootfsPropagation.Length > 0)
        {
            json.WriteString("rootfsPropagation", spec.RootfsPropagation);
        }

        if (spec.SeLinuxLabel.Length > 0)
        {
            json.WriteString("mountLabel", SeLinuxLabels.OfFiles(spec.SeLinuxLabel));
        }

        json.WriteStartArray("namespaces");
        foreach (var (type, path) in spec.Namespaces)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (path is not null)
            {
                json.WriteString("path", path);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (spec.Users is { } users)
        {
            Runs(json, "uidMappings", users.Uids);
            Runs(json, "gidMappings", users.Gids);
        }

        var devices = spec.Devices.Select(device => (Device: device, Node: NodeOf(device))).ToList();
        json.WriteStartArray("devices");
        foreach (var (device, node) in devices)
        {
            json.WriteStartObject();
            json.WriteString("path", device.ContainerPath);
            DeviceNumbers(json, node);
            json.WriteNumber("fileMode", node.Mode);
            json.WriteNumber("uid", node.Uid);
            json.WriteNumber("gid", node.Gid);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        SpecResources.Write(json, spec, devices.ConvertAll(entry => (entry.Device.Permissions, entry.Node)));
        Pairs(json, "sysctl", spec.Sysctls);
        Strings(json, "maskedPaths", spec.MaskedPaths);
        Strings(json, "readonlyPaths", spec.ReadonlyPaths);
        if (spec.Seccomp is "")
        {
            SeccompProfile.Write(json, spec.Capabilities);
        }
        else if (spec.Seccomp is { } profile)
        {
            json.WritePropertyName("seccomp");
            json.WriteRawValue(profile);
        }

        json.WriteEndObject();
    }

    private static void Hooks(Utf8JsonWriter json, IReadOnlyList<ContainerHook> hooks)
    {
        if (hooks.Count == 0)
        {
            return;
        }

        json.WriteStartObject("hooks");
        foreach (var stage in hooks.GroupBy(hook => hook.Stage))
        {
            json.WriteStartArray(stage.Key);
            foreach (var hook in stage)
            {
                json.WriteStartObject();
                json.WriteString("path", hook.Path);
                Strings(json, "args", hook.Args);
                Strings(json, "env", hook.Env);
                if (hook.Timeout is { } seconds)
                {
                    json.WriteNumber("timeout", seconds);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static DeviceNode NodeOf(ContainerDevice device)
    {
        const uint OwnersAndGroups = 0x1B0; // 0660
        var other = device.Node;
        var node = other is { Type.Length: > 0, Major: { } major, Minor: { } minor } ? new(other.Type == "b", major, minor, OwnersAndGroups, 0, 0) : DeviceNode.Of(device.HostPath);
        return other is null ? node : node with { Mode = other.Mode ?? node.Mode, Uid = other.Uid ?? node.Uid, Gid = other.Gid ?? node.Gid };
    }

    public static void DeviceNumbers(Utf8JsonWriter json, DeviceNode node)
    {
        json.WriteString("type", node.IsBlock ? "b" : "c");
        json.WriteNumber("major", node.Major);
        json.WriteNumber("minor", node.Minor);
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Runs(Utf8JsonWriter json, string name, IReadOnlyList<IdMapping> runs)
    {
        json.WriteStartArray(name);
        foreach (var run in runs)
        {
            json.WriteStartObject();
            json.WriteNumber("containerID", run.ContainerId);
            json.WriteNumber("hostID", run.HostId);
            json.WriteNumber("size", run.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Pairs(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> pairs)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}

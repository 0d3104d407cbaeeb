using Tmds.DBus.Protocol;

namespace Tripod.Runtime.Cgroups;

/// <summary>Who makes cgroups: the engine itself by the file system, or systemd when it is asked.</summary>
public enum CgroupDriver
{
    Cgroupfs,
    Systemd,
}

/// <summary>Chooses the driver. On a machine whose PID 1 is systemd a second hand in the v2 tree is against its rules (systemd.io/CGROUP_DELEGATION).</summary>
internal static class CgroupDriverChoice
{
    /// <param name="wish"><c>auto</c>, <c>systemd</c> or <c>cgroupfs</c>.</param>
    /// <param name="isUnified">The hierarchy is pure v2.</param>
    /// <param name="systemdRuns">PID 1 is systemd, and it can be asked.</param>
    /// <exception cref="InvalidOperationException">systemd is wished for and cannot be had.</exception>
    public static CgroupDriver Of(string wish, bool isUnified, bool systemdRuns) => wish switch
    {
        "cgroupfs" => CgroupDriver.Cgroupfs,
        "systemd" when isUnified && systemdRuns => CgroupDriver.Systemd,
        "systemd" => throw new InvalidOperationException(
            $"cgroup driver systemd: {(isUnified ? "systemd is not PID 1 here, or its bus /run/dbus/system_bus_socket is not there (apt install dbus)" : "this machine's cgroups are not pure v2")}; cgroupDriver: auto takes cgroupfs here"),
        _ => isUnified && systemdRuns ? CgroupDriver.Systemd : CgroupDriver.Cgroupfs,
    };

    /// <summary>sd_booted(3), and the bus by which OCI runtimes ask it too.</summary>
    public static bool SystemdRuns() => Directory.Exists("/run/systemd/system") && DBusAddress.System is { Length: > 0 } address && (!address.StartsWith("unix:path=", StringComparison.Ordinal) || File.Exists(address["unix:path=".Length..]));
}

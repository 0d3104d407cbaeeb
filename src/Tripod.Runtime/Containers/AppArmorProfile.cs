namespace Tripod.Runtime.Containers;

/// <summary>The profile that containers have which ask for none (apparmor.d(5)). Pure.</summary>
internal static class AppArmorProfile
{
    /// <summary>
    /// Nothing beyond what a container of Docker's is kept from: of the kernel's own files below /proc and /sys none is
    /// written, nothing is mounted, and processes outside are neither traced nor sent signals. It includes no file, so that the
    /// parser alone is enough.
    /// </summary>
    public static string Text(string name) => $$"""
        profile {{name}} flags=(attach_disconnected,mediate_deleted) {
          network,
          capability,
          file,
          umount,

          # Whoever stops containers: the engine, and OCI runtimes that have profiles of their own.
          signal (receive) peer=unconfined,
          signal (receive) peer=crun,
          signal (receive) peer=runc,
          signal (send,receive) peer={{name}},
          ptrace (trace,read,tracedby,readby) peer={{name}},

          # What does not begin with a digit is the kernel's, but for self and thread-self.
          deny /proc/[^1-9st]** wlk,
          deny /proc/s[^e]** wlk,
          deny /proc/t[^h]** wlk,
          deny /proc/kcore rwlkx,
          deny /proc/sysrq-trigger rwlkx,

          # Of /sys the cgroups alone.
          deny /sys/[^f]** wlk,
          deny /sys/f[^s]** wlk,
          deny /sys/fs/[^c]** wlk,
          deny /sys/firmware/** rwlkx,
          deny /sys/kernel/security/** rwlkx,
          deny /sys/devices/virtual/powercap/** rwlkx,

          deny mount,
        }

        """;
}

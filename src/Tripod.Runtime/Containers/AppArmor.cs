using System.Text;
using Tripod.Linux;
using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>AppArmor on this machine: the profiles that are loaded, and the engine's own among them (apparmor(7)).</summary>
public static class AppArmor
{
    /// <summary>What a config says: nothing but "the usual", none at all, or that the usual one is a must.</summary>
    public const string Usual = "", Unconfined = "unconfined", RuntimeDefault = "runtime/default";

    /// <summary>The engine's own profile.</summary>
    public const string Default = "tripod-default";

    private const string Switch = "/sys/module/apparmor/parameters/enabled", Profiles = "/sys/kernel/security/apparmor/profiles";
    private const string NotLoaded = $"AppArmor: the profile {Default} is not loaded: apt install apparmor, and start tripod anew";

    private static readonly string[] Parsers = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"];

    public static bool IsEnabled => File.Exists(Switch) && File.ReadAllText(Switch).StartsWith('Y') && File.Exists(Profiles);

    /// <summary>Whether profiles can be loaded.</summary>
    public static bool HasParser => Parsers.Any(File.Exists);

    public static bool IsLoaded(string profile) => File.Exists(Profiles) && File.ReadLines(Profiles).Any(line => line.StartsWith($"{profile} (", StringComparison.Ordinal));

    /// <summary>Loads the engine's own, in the place of one that an older engine has loaded.</summary>
    /// <returns>Why that could not be; null where it could, or where this machine has no AppArmor.</returns>
    internal static async Task<string?> LoadDefaultAsync()
    {
        if (!IsEnabled)
        {
            return null;
        }

        if (Array.Find(Parsers, File.Exists) is not { } parser)
        {
            return "apparmor_parser is not installed (apt install apparmor)";
        }

        try
        {
            using var text = MemoryFile.Create("apparmor", Encoding.ASCII.GetBytes(AppArmorProfile.Text(Default)));
            var (code, error) = await ChildProcess.Run(new() { Command = [parser, "--replace", "--skip-cache"], Descriptors = [text, null] }).ConfigureAwait(false);
            return code == 0 ? null : $"apparmor_parser ended with {code}: {error.Trim()}";
        }
        catch (LinuxException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>As people are told of it; empty where this machine has no AppArmor.</summary>
    public static string Shown(string asked, bool privileged) => asked switch
    {
        _ when !IsEnabled => "",
        Usual when privileged || !IsLoaded(Default) => Unconfined,
        Usual or RuntimeDefault => Default,
        _ => asked,
    };

    /// <summary>The profile that a container gets; empty: none.</summary>
    /// <param name="asked">One of the words above, or a profile's name.</param>
    /// <param name="privileged">It has one only if it asks for it.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: it asks for one that is not loaded.</exception>
    public static string Choose(string asked, bool privileged) => asked switch
    {
        Unconfined => "",
        Usual => !privileged && IsLoaded(Default) ? Default : "",
        RuntimeDefault => IsLoaded(Default) ? Default : !IsEnabled ? "" : throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, NotLoaded, "CreateContainerError"),
        _ => IsLoaded(asked) ? asked : throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"AppArmor: the profile {asked} is not loaded", "CreateContainerError"),
    };
}

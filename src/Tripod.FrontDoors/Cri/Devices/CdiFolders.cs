using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Cri.Devices;

/// <summary>The descriptions of devices on this machine, read when a container asks for one: a later folder wins over an earlier one.</summary>
internal sealed class CdiFolders(IReadOnlyList<string> folders)
{
    /// <summary>The container with all its devices.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: a device that none describes, or that several do.</exception>
    public ContainerConfig Apply(ContainerConfig config, IReadOnlyList<CdiName> names)
    {
        if (names.Count == 0)
        {
            return config;
        }

        var problems = new List<string>();
        var levels = folders.Select(folder => Read(folder, problems)).Reverse().ToList();
        var applied = new HashSet<CdiSpec>(ReferenceEqualityComparer.Instance);
        foreach (var name in names)
        {
            var spec = Find(levels, name, problems);
            config = applied.Add(spec) ? spec.Edits.Apply(config) : config;
            config = spec.Devices[name.Name].Apply(config);
        }

        return config;
    }

    private CdiSpec Find(List<List<CdiSpec>> levels, CdiName name, List<string> problems)
    {
        var found = levels.Select(level => level.Where(spec => spec.Kind == name.Kind && spec.Devices.ContainsKey(name.Name)).ToList()).FirstOrDefault(level => level.Count > 0);
        return found switch
        {
            [var only] => only,
            null => throw Unresolvable(name, $"no description in {string.Join(", ", folders)} has it{(problems.Count > 0 ? $" ({string.Join("; ", problems)})" : "")}"),
            _ => throw Unresolvable(name, "two descriptions have it"),
        };
    }

    private static List<CdiSpec> Read(string folder, List<string> problems)
    {
        var specs = new List<CdiSpec>();
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder).Where(file => Path.GetExtension(file) is ".json" or ".yaml").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            try
            {
                specs.Add(CdiSpec.Parse(File.ReadAllText(file)));
            }
            catch (Exception failure) when (failure is RuntimeException or IOException or UnauthorizedAccessException)
            {
                // Another vendor's mistake is told to whoever misses a device.
                problems.Add($"{file}: {failure.Message}");
            }
        }

        return specs;
    }

    private static RuntimeException Unresolvable(CdiName name, string why) => new(RuntimeErrorKind.InvalidArgument, $"unresolvable CDI devices {name}: {why}");
}

using Tripod.FrontDoors.Docker.Containers;

namespace Tripod.FrontDoors.Docker.Networks;

/// <summary>The networks that Docker always has: the bridge, which is the pods' too, this machine's, and none.</summary>
internal sealed record PredefinedNetwork(string Name, string Driver)
{
    public static readonly PredefinedNetwork[] All = [new("bridge", "bridge"), new("host", "host"), new("none", "null")];

    public string Id => NetworkIds.Of(Name);

    public static PredefinedNetwork? Named(string name) => Array.Find(All, network => network.Name == name || (name == "default" && network.Name == "bridge"));

    public static PredefinedNetwork? Find(string name) => Named(name) ?? Array.Find(All, network => name.Length > 0 && network.Id.StartsWith(name, StringComparison.Ordinal));
}

namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <summary>A column of a server-side table; priority above 0 is shown under <c>-o wide</c> alone.</summary>
public sealed record Column(string Name, string Type = "string", int Priority = 0, string Format = "", string Description = "");

using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <param name="Object">The document: known fields only, each of its type, quantities and times in canonical form.</param>
/// <param name="Warnings">One line each, for the <c>Warning</c> header.</param>
public sealed record DecodedBody(JsonObject Object, IReadOnlyList<string> Warnings);

using System.Security.Cryptography;
using System.Text;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>Ids of the predefined networks and of endpoints, the same at every time. Pure.</summary>
internal static class NetworkIds
{
    public static string Of(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"tripod network {name}")));
}

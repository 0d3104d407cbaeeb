using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Events;

/// <param name="Type"><c>container</c>, <c>image</c>, <c>network</c>, <c>volume</c>.</param>
/// <param name="Action">What happened to it.</param>
/// <param name="Id">Of whom.</param>
/// <param name="Attributes">Name, image, labels and what belongs to the action.</param>
/// <param name="Time">When.</param>
internal sealed record DockerEvent(string Type, string Action, string Id, IReadOnlyDictionary<string, string> Attributes, DateTimeOffset Time)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["Type"] = Type,
            ["Action"] = Action,
            ["Actor"] = new JsonObject { ["ID"] = Id, ["Attributes"] = Attributes.ToJson() },
            ["scope"] = "local",
            ["time"] = Time.ToUnixTimeSeconds(),
            ["timeNano"] = (Time - DateTimeOffset.UnixEpoch).Ticks * 100,
        };
        if (Type == "container")
        {
            // What clients before 1.22 read, and many after.
            json["status"] = Action;
            json["id"] = Id;
            json["from"] = Attributes.GetValueOrDefault("image", "");
        }

        return json;
    }
}

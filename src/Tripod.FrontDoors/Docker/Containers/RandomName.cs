using System.Security.Cryptography;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>A name for a container that was given none: a word for how, and one for a thing with three legs or a part of one.</summary>
internal static class RandomName
{
    private static readonly string[] Hows =
    [
        "able", "agile", "bright", "brisk", "calm", "clear", "clever", "deft", "eager", "early", "even", "fair", "firm", "fleet", "fresh",
        "gentle", "glad", "grand", "keen", "kind", "light", "lively", "lucid", "merry", "mild", "neat", "nimble", "noble", "plain", "poised",
        "prompt", "proud", "quick", "quiet", "ready", "sharp", "sleek", "smooth", "snug", "solid", "sound", "spry", "steady", "still", "sturdy",
        "sure", "swift", "tidy", "true", "trusty", "upright", "vivid", "warm", "wise", "witty",
    ];

    private static readonly string[] Things =
    [
        "anvil", "brazier", "cauldron", "cleat", "compass", "crane", "derrick", "easel", "fulcrum", "gantry", "gimbal", "hinge", "hoist", "joist",
        "keel", "lantern", "lectern", "lens", "level", "mast", "pedestal", "pillar", "pivot", "plinth", "prism", "pylon", "quoin", "rafter",
        "sextant", "shutter", "spindle", "stand", "stool", "strut", "sundial", "table", "telescope", "theodolite", "transit", "trestle", "trivet", "truss",
    ];

    public static string Make(Func<string, bool> isTaken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var name = $"{Hows[RandomNumberGenerator.GetInt32(Hows.Length)]}_{Things[RandomNumberGenerator.GetInt32(Things.Length)]}{(attempt > 5 ? RandomNumberGenerator.GetInt32(10_000) : "")}";
            if (!isTaken(name))
            {
                return name;
            }
        }
    }
}

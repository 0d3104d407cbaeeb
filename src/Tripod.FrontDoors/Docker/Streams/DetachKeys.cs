using Tripod.FrontDoors.Docker.Http;

namespace Tripod.FrontDoors.Docker.Streams;

/// <summary>Finds the keys by which a user leaves a terminal without ending what runs in it (<c>ctrl-p,ctrl-q</c>). Pure but for what it has seen so far.</summary>
internal sealed class DetachKeys
{
    private readonly byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) => this.keys = keys;

    /// <exception cref="DockerException">400 for a key that is none.</exception>
    public static DetachKeys Parse(string text) => new([.. (text.Length == 0 ? "ctrl-p,ctrl-q" : text).Split(',').Select(Key)]);

    /// <summary>What of the input goes on to the process: all but what may become the keys.</summary>
    /// <returns>Whether the keys are complete.</returns>
    public (byte[] Passed, bool Detached) Take(ReadOnlySpan<byte> input)
    {
        var passed = new List<byte>(input.Length);
        foreach (var next in input)
        {
            if (next == keys[matched])
            {
                if (++matched == keys.Length)
                {
                    return ([.. passed], true);
                }

                continue;
            }

            // What looked like the keys was input after all; this byte may begin them anew.
            passed.AddRange(keys.AsSpan(0, matched));
            matched = next == keys[0] ? 1 : 0;
            if (matched == 0)
            {
                passed.Add(next);
            }
            else if (keys.Length == 1)
            {
                return ([.. passed], true);
            }
        }

        return ([.. passed], false);
    }

    private static byte Key(string text) => text switch
    {
        [var one] => (byte)one,
        _ when text.StartsWith("ctrl-", StringComparison.Ordinal) && text.Length == 6 => text[5] switch
        {
            >= 'a' and <= 'z' and var letter => (byte)(letter - 'a' + 1),
            '@' => 0,
            '[' => 27,
            '\\' => 28,
            ']' => 29,
            '^' => 30,
            '_' => 31,
            _ => throw Unknown(text),
        },
        "DEL" => 127,
        _ => throw Unknown(text),
    };

    private static DockerException Unknown(string text) => new(400, $"Invalid detach keys ({text}) provided: Unknown character: '{text}'");
}

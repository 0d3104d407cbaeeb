using System.Text.Json;

namespace Tripod.Runtime.Oci;

/// <summary>
/// Docker's default seccomp profile, cut to the capabilities a container has (OCI runtime-spec, config-linux.md, seccomp).
/// </summary>
internal static class SeccompProfile
{
    private const int EPERM = 1, ENOSYS = 38;
    private const string Allow = "SCMP_ACT_ALLOW", Refuse = "SCMP_ACT_ERRNO";

    /// <summary>CLONE_NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | NEWCGROUP: a container makes no namespaces.</summary>
    private const ulong CloneNamespaces = 0x7E020000;

    private const ulong AfVsock = 40;

    /// <summary>The personalities of Linux itself, of 32-bit Linux, each also without address randomisation, and the question for the present one.</summary>
    private static readonly ulong[] Personalities = [0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF];

    private static readonly Lazy<IReadOnlyDictionary<string, string[]>> Names = new(Read);

    public static void Write(Utf8JsonWriter json, IReadOnlySet<string> capabilities)
    {
        json.WriteStartObject("seccomp");
        json.WriteString("defaultAction", Refuse);
        json.WriteNumber("defaultErrnoRet", EPERM);
        json.WriteStartArray("architectures");
        foreach (var name in Architectures())
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteStartArray("syscalls");
        Rule(json, Names.Value["allow"].Concat(Names.Value.Where(pair => capabilities.Contains(pair.Key)).SelectMany(pair => pair.Value)).Distinct(), Allow);
        foreach (var personality in Personalities)
        {
            Rule(json, ["personality"], Allow, argument: (0, personality, 0, "SCMP_CMP_EQ"));
        }

        Rule(json, ["socket"], Allow, argument: (0, AfVsock, 0, "SCMP_CMP_NE"));
        if (!capabilities.Contains("CAP_SYS_ADMIN"))
        {
            Rule(json, ["clone"], Allow, argument: (0, CloneNamespaces, 0, "SCMP_CMP_MASKED_EQ"));
            // Its flags stand in memory, which a filter cannot see; ENOSYS makes libc fall back on clone.
            Rule(json, ["clone3"], Refuse, ENOSYS);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rule(
        Utf8JsonWriter json, IEnumerable<string> names, string action, int? errno = null, (int Index, ulong Value, ulong ValueTwo, string Operator)? argument = null)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("action", action);
        if (errno is { } code)
        {
            json.WriteNumber("errnoRet", code);
        }

        if (argument is var (index, value, valueTwo, comparison))
        {
            json.WriteStartArray("args");
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteNumber("value", value);
            json.WriteNumber("valueTwo", valueTwo);
            json.WriteString("op", comparison);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string[] Architectures() => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        _ => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    };

    private static Dictionary<string, string[]> Read()
    {
        using var reader = new StreamReader(typeof(SeccompProfile).Assembly.GetManifestResourceStream("seccomp-default.txt")!);
        var lists = new Dictionary<string, List<string>>();
        var current = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                lists[line[..colon]] = current = [];
            }

            current.AddRange(line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return lists.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }
}

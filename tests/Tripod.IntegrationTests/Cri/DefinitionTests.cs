using System.IO.Compression;
using Google.Protobuf.Reflection;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>The definition against the one that another runtime was built from: Debian's containerd carries it compressed inside, as every Go program does its protobuf files.</summary>
public sealed class DefinitionTests
{
    [Fact]
    public async Task Every_message_field_and_call_is_as_another_runtime_has_it()
    {
        var theirs = Published(await File.ReadAllBytesAsync(Path.Combine(await DebianPackage.Unpack("containerd"), "usr/bin/containerd")));
        var ours = CriReflection.Descriptor.ToProto();
        var (known, expected) = (Lines(ours), Lines(theirs));
        Assert.True(expected.Count > 350, $"the other definition was read whole: {expected.Count} lines");
        // The one number that was given anew, from 1.26 to 1.27, while events were an alpha feature.
        Assert.Equal(["ContainerEventResponse.pod_sandbox_metadata = 4 Optional Message .runtime.v1.PodSandboxMetadata"], expected.Except(known).Order());

        // What it has no word of came later; the table of field numbers holds it.
        Assert.Contains("rpc RuntimeService.GetContainerEvents .runtime.v1.GetEventsRequest .runtime.v1.ContainerEventResponse stream", known);
    }

    private static HashSet<string> Lines(FileDescriptorProto file) =>
    [
        .. file.MessageType.Where(message => !IsWindows(message.Name)).SelectMany(message => Fields(message, message.Name)),
        .. file.EnumType.SelectMany(type => Values(type, type.Name)),
        .. file.MessageType.SelectMany(message => message.EnumType.SelectMany(type => Values(type, $"{message.Name}.{type.Name}"))),
        .. file.Service.SelectMany(service => service.Method.Select(method => $"rpc {service.Name}.{method.Name} {method.InputType} {method.OutputType}{(method.ServerStreaming ? " stream" : "")}")),
    ];

    private static IEnumerable<string> Fields(DescriptorProto message, string name) =>
        message.Field.Where(field => !IsWindows(field.Name) && !IsWindows(field.TypeName)).Select(field => $"{name}.{field.Name} = {field.Number} {field.Label} {field.Type} {field.TypeName}")
            .Concat(message.NestedType.SelectMany(nested => Fields(nested, $"{name}.{nested.Name}")));

    private static IEnumerable<string> Values(EnumDescriptorProto type, string name) => type.Value.Select(value => $"enum {name}.{value.Name} = {value.Number}");

    /// <summary>For Windows alone.</summary>
    private static bool IsWindows(string name) => name.Contains("windows", StringComparison.OrdinalIgnoreCase);

    private static FileDescriptorProto Published(byte[] program)
    {
        ReadOnlySpan<byte> gzip = [0x1f, 0x8b, 0x08, 0x00], start = "\n\tapi.proto\u0012\nruntime.v1"u8;
        for (var at = program.AsSpan().IndexOf(gzip); at >= 0;)
        {
            if (Inflated(program, at + 10) is { } text && text.AsSpan().StartsWith(start))
            {
                var file = FileDescriptorProto.Parser.ParseFrom(text);
                if (file.Package == "runtime.v1")
                {
                    return file;
                }
            }

            var next = program.AsSpan(at + 1).IndexOf(gzip);
            at = next < 0 ? -1 : at + 1 + next;
        }

        throw new InvalidOperationException("no definition of runtime.v1 was found in Debian's containerd");
    }

    private static byte[]? Inflated(byte[] program, int at)
    {
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(program, at, program.Length - at), CompressionMode.Decompress);
            using var text = new MemoryStream();
            inflate.CopyTo(text);
            return text.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

using System.Buffers;
using System.Text.Json;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>Writes documents for images that came without them. The same input gives the same bytes, and so the same digest.</summary>
internal static class ImageDocuments
{
    public static byte[] Manifest(Descriptor config, IEnumerable<Descriptor> layers) => Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciManifest);
        json.WritePropertyName("config");
        WriteDescriptor(json, config);
        json.WriteStartArray("layers");
        foreach (var layer in layers)
        {
            WriteDescriptor(json, layer);
        }

        json.WriteEndArray();
    });

    public static byte[] Index(IEnumerable<Descriptor> manifests) => Write(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", MediaTypes.OciIndex);
        json.WriteStartArray("manifests");
        foreach (var manifest in manifests)
        {
            WriteDescriptor(json, manifest);
        }

        json.WriteEndArray();
    });

    public static byte[] Config(Platform platform, ImageConfig config, string diffId) => Write(json =>
    {
        json.WriteString("architecture", platform.Architecture);
        json.WriteString("os", platform.Os);
        json.WriteStartObject("config");
        WriteText(json, "User", config.User);
        WriteList(json, "Entrypoint", config.Entrypoint);
        WriteList(json, "Cmd", config.Cmd);
        WriteList(json, "Env", config.Env);
        WriteText(json, "WorkingDir", config.WorkingDir);
        WriteText(json, "StopSignal", config.StopSignal);
        WriteKeys(json, "ExposedPorts", config.ExposedPorts);
        WriteKeys(json, "Volumes", config.Volumes);
        WriteMap(json, "Labels", config.Labels);
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        WriteList(json, "diff_ids", [diffId]);
        json.WriteEndObject();
    });

    private static void WriteDescriptor(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest);
        json.WriteNumber("size", descriptor.Size);
        WriteMap(json, "annotations", descriptor.Annotations);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteKeys(Utf8JsonWriter json, string name, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
        {
            json.WriteStartObject(name);
            foreach (var key in keys)
            {
                json.WriteStartObject(key);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        if (map.Count > 0)
        {
            json.WriteStartObject(name);
            foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

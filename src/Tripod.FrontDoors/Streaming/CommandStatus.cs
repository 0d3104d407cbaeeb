using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Tripod.FrontDoors.Streaming;

/// <summary>The <c>v1 Status</c> that ends a remote command.</summary>
internal static class CommandStatus
{
    public static ReadOnlyMemory<byte> Success { get; } = "{\"metadata\":{},\"status\":\"Success\"}"u8.ToArray();

    public static ReadOnlyMemory<byte> Exited(int code) => code == 0 ? Success : Failure(
        $"command terminated with non-zero exit code: exit status {code}", "NonZeroExitCode", 0, "ExitCode", code.ToString(CultureInfo.InvariantCulture));

    /// <summary>The command could not be run, in the words that a kubelet has for it.</summary>
    public static ReadOnlyMemory<byte> NotRun(string why)
    {
        var cause = $"error executing command in container: {why}";
        return Failure($"Internal error occurred: {cause}", "InternalError", 500, null, cause);
    }

    private static ReadOnlyMemory<byte> Failure(string message, string reason, int code, string? cause, string causeMessage)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteEndObject();
            json.WriteString("status", "Failure");
            json.WriteString("message", message);
            json.WriteString("reason", reason);
            json.WriteStartObject("details");
            json.WriteStartArray("causes");
            json.WriteStartObject();
            if (cause is not null)
            {
                json.WriteString("reason", cause);
            }

            json.WriteString("message", causeMessage);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            if (code != 0)
            {
                json.WriteNumber("code", code);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

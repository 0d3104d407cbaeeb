using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Http;

internal enum AnswerForm
{
    Objects,
    Table,
    Metadata,
    Protobuf,
}

/// <summary>The form that a client's Accept header asks for. Tables and bare metadata are sent as JSON alone: who prefers protobuf takes that as well.</summary>
internal static class Accepted
{
    private const string Json = "application/json", MetaGroup = "meta.k8s.io";

    /// <param name="header">As sent; empty: anything.</param>
    /// <param name="tables">Whether what is asked for can be shown as a table.</param>
    /// <exception cref="ApiException">406.</exception>
    public static AnswerForm Parse(string header, bool tables = true) => Find(header, tables).Form;

    /// <summary>The version of tables and bare metadata that goes with the form.</summary>
    /// <exception cref="ApiException">406.</exception>
    public static string MetaVersion(string header, bool tables = true) => $"{MetaGroup}/{Find(header, tables).Version}";

    private static (AnswerForm Form, string Version) Find(string header, bool tables)
    {
        const string Newest = "v1";
        if (string.IsNullOrWhiteSpace(header))
        {
            return (AnswerForm.Objects, Newest);
        }

        foreach (var clause in header.Split(','))
        {
            var parts = clause.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] == ProtobufBody.MediaType && Parameter(parts, "as").Length == 0)
            {
                return (AnswerForm.Protobuf, Newest);
            }

            if (parts[0] is not (Json or "application/*" or "*/*"))
            {
                continue;
            }

            var version = Parameter(parts, "v");
            var known = parts[0] == Json && Parameter(parts, "g") == MetaGroup && version is (Newest or "v1beta1");
            switch (Parameter(parts, "as"))
            {
                case "":
                    return (AnswerForm.Objects, Newest);
                case "Table" when known && tables:
                    return (AnswerForm.Table, version);
                case "PartialObjectMetadata" or "PartialObjectMetadataList" when known:
                    return (AnswerForm.Metadata, version);
            }
        }

        throw ApiException.NotAcceptable(Json, ProtobufBody.MediaType, $"{Json};as=Table;v=v1;g=meta.k8s.io", $"{Json};as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
    }

    public static bool WantsAggregatedDiscovery(string header) => header.Split(',')
        .Select(clause => clause.Split(';', StringSplitOptions.TrimEntries))
        .Any(parts => parts[0] == Json && Parameter(parts, "g") == "apidiscovery.k8s.io" && Parameter(parts, "v") == "v2" && Parameter(parts, "as") == "APIGroupDiscoveryList");

    public static RowObject Include(string? parameter) => parameter switch
    {
        null or "" or "Metadata" => RowObject.Metadata,
        "Object" => RowObject.Object,
        "None" => RowObject.None,
        _ => throw ApiException.BadRequest($"invalid includeObject \"{parameter}\": use None, Metadata or Object"),
    };

    private static string Parameter(string[] parts, string name) =>
        parts.Skip(1).FirstOrDefault(part => part.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
}

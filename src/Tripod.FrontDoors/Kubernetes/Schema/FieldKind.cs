namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>What one value is, apart from being alone, in a list or in a map.</summary>
public enum FieldKind
{
    String,
    Bool,
    Int32,
    Int64,
    Double,

    /// <summary>Base64 in JSON.</summary>
    Bytes,

    /// <summary>A resource amount: text or a number in JSON, canonical text in the store.</summary>
    Quantity,

    /// <summary>RFC 3339 with seconds.</summary>
    Time,

    /// <summary>RFC 3339 with microseconds.</summary>
    MicroTime,

    /// <summary>Go's notation, as <c>1h30m</c>.</summary>
    Duration,
    IntOrString,

    /// <summary>Any JSON.</summary>
    Raw,

    /// <summary>The set of fields in a managedFields entry.</summary>
    Fields,

    /// <summary>An object with a <see cref="SchemaType"/>.</summary>
    Message,
}

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>Subresources that Kubernetes has and this engine has not: the refusal says what to do in their place.</summary>
internal static class UnservedParts
{
    /// <summary>No name stands in the details: kubectl debug tells by that the missing part from the missing pod.</summary>
    public static ApiException Refuse(string plural, string part) => Instead(plural, part) is { } instead
        ? new(404, "NotFound", $"{plural}/{part} is not served by tripod: {instead}", [])
        : ApiException.NoSuchPath();

    private static string? Instead(string plural, string part) => (plural, part) switch
    {
        _ => null,
    };
}

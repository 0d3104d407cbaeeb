namespace Tripod.Pods.Standalone;

/// <summary>Something happened to a standalone container that its start and end do not tell.</summary>
/// <param name="Container">As it was then.</param>
/// <param name="Action">Docker's word: <c>create</c>, <c>rename</c>, <c>destroy</c>, <c>health_status: healthy</c> …</param>
/// <param name="Attributes">What Docker adds to the name and the image.</param>
public sealed record StandaloneEvent(StandaloneContainer Container, string Action, IReadOnlyDictionary<string, string> Attributes);

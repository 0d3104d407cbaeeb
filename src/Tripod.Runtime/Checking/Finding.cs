namespace Tripod.Runtime.Checking;

/// <summary>One thing that is not as it should be.</summary>
/// <param name="What">The thing and what is wrong with it, as a sentence.</param>
/// <param name="Remedy">What has been done about it, or what the user can do.</param>
/// <param name="Mended">Nothing is left to be done.</param>
public sealed record Finding(string What, string Remedy, bool Mended = false);

namespace Tripod.Pods.Volumes;

/// <summary>A volume cannot be set up now; the message is the FailedMount event's. Tried again when its source changes, or later.</summary>
internal sealed class VolumeException(string message, Exception? inner = null) : Exception(message, inner);

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>How a protobuf value is laid out; groups are left out, nobody sends them.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

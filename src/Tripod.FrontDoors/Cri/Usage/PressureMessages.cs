using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Cgroups;

namespace Tripod.FrontDoors.Cri.Usage;

/// <summary>Pressure as the CRI tells it. Pure.</summary>
internal static class PressureMessages
{
    private const ulong NanosPerMicrosecond = 1000;

    public static PsiStats? Of(Pressure? pressure) => pressure is null ? null : new() { Some = Of(pressure.Some), Full = Of(pressure.Full) };

    private static PsiData Of(PressureLine line) => new() { Total = line.Total * NanosPerMicrosecond, Avg10 = line.Avg10, Avg60 = line.Avg60, Avg300 = line.Avg300 };
}

namespace Tripod.Runtime.Network;

/// <summary>What passes a chain at the kernel's own hooks, as far as pods care (nft(8), "hooks").</summary>
public enum FilterHook
{
    /// <summary>What comes to this machine itself: pods ask it for names, and for the API.</summary>
    Input,

    /// <summary>What goes from one interface to another: from pods to the outside, and to host ports.</summary>
    Forward,
}

/// <summary>A chain of another firewall that packets of pods pass.</summary>
/// <param name="Table">As <c>ip filter</c>.</param>
/// <param name="Name">As <c>FORWARD</c>.</param>
/// <param name="Hook">What passes it.</param>
/// <param name="DropsByPolicy">Otherwise its last rule may say the same.</param>
public sealed record ForeignChain(string Table, string Name, FilterHook Hook, bool DropsByPolicy)
{
    public override string ToString() => $"{Table} {Name}";
}

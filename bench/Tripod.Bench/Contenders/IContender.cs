namespace Tripod.Bench.Contenders;

/// <summary>A program that makes pods of pause, a web server on a host port and a neighbour.</summary>
internal interface IContender : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Asks for the pod; need not wait until it serves.</summary>
    Task Start(string pod, int hostPort);

    /// <summary>Without grace; returns when the contender says that the pod is gone.</summary>
    Task Delete(string pod);

    /// <summary>The processes that are there for the pods but are none of theirs: PSS is summed over them. The engine itself is left out.</summary>
    IReadOnlyList<int> Overhead();
}

using Tripod.FrontDoors.Kubernetes.Kinds;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Tables;

public sealed class PodSummaryTests
{
    private const string Running = "'state':{'running':{'startedAt':'2026-01-02T03:00:00Z'}}";

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<string, string, string, string> Pods => new()
    {
        { Pod("'phase':'Pending'"), "0/2", "Pending", "0" },
        { Pod("'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'SchedulingGated'}]"), "0/2", "SchedulingGated", "0" },
        { Pod("'phase':'Failed','reason':'Evicted'"), "0/2", "Evicted", "0" },
        { Pod($"'phase':'Running',{Containers(Ready("a"), Ready("b"))}"), "2/2", "Running", "0" },
        { Pod($"'phase':'Running',{Containers(Ready("a"), Waiting("b", "CrashLoopBackOff", 3, "2026-01-02T03:03:00Z"))}"), "1/2", "CrashLoopBackOff", "3 (65s ago)" },
        { Pod($"'phase':'Pending',{Containers(Waiting("a", "ContainerCreating"), Waiting("b", "ContainerCreating"))}"), "0/2", "ContainerCreating", "0" },
        { Pod($"'phase':'Succeeded',{Containers(Ended("a", "'exitCode':0,'reason':'Completed'"), Ended("b", "'exitCode':0,'reason':'Completed'"))}"), "0/2", "Completed", "0" },
        { Pod($"'phase':'Failed',{Containers(Ended("a", "'exitCode':1,'reason':'Error'"), Ended("b", "'exitCode':0,'reason':'Completed'"))}"), "0/2", "Error", "0" },
        { Pod($"'phase':'Running',{Containers(Ended("a", "'exitCode':3"), Ready("b"))}"), "1/2", "ExitCode:3", "0" },
        { Pod($"'phase':'Running',{Containers(Ended("a", "'exitCode':137,'signal':9"), Ready("b"))}"), "1/2", "Signal:9", "0" },
        { Pod($"'phase':'Running','conditions':[{{'type':'Ready','status':'True'}}],{Containers(Ended("a", "'exitCode':0,'reason':'Completed'"), Ready("b"))}"), "1/2", "Running", "0" },
        { Pod($"'phase':'Running',{Containers(Ended("a", "'exitCode':0,'reason':'Completed'"), Ready("b"))}"), "1/2", "NotReady", "0" },
        { Pod($"'phase':'Running',{Containers(Ready("a"), Ready("b"))}", deleted: true), "2/2", "Terminating", "0" },
        { Pod("'phase':'Running','reason':'NodeLost'", deleted: true), "0/2", "Unknown", "0" },
        { Pod("'phase':'Succeeded'", deleted: true), "0/2", "Succeeded", "0" },
        { Pod($"'phase':'Pending',{Init(Status("i", Running))}", Spec("i", "j")), "0/2", "Init:0/2", "0" },
        { Pod($"'phase':'Pending',{Init(Ended("i", "'exitCode':0,'reason':'Completed'"), Waiting("j", "PodInitializing"))}", Spec("i", "j")), "0/2", "Init:1/2", "0" },
        { Pod($"'phase':'Pending',{Init(Waiting("i", "CrashLoopBackOff", 2, "2026-01-02T03:04:00Z"))}", Spec("i")), "0/2", "Init:CrashLoopBackOff", "2 (5s ago)" },
        { Pod($"'phase':'Pending',{Init(Ended("i", "'exitCode':1,'reason':'Error'"))}", Spec("i")), "0/2", "Init:Error", "0" },
        { Pod($"'phase':'Pending',{Init(Ended("i", "'exitCode':4"))}", Spec("i")), "0/2", "Init:ExitCode:4", "0" },
        { Pod($"'phase':'Pending',{Init(Ended("i", "'exitCode':137,'signal':9"))}", Spec("i")), "0/2", "Init:Signal:9", "0" },
        {
            Pod($"'phase':'Running',{Init(Sidecar("s", 2))},{Containers(Ready("a"), Ready("b"))}", "'initContainers':[{'name':'s','restartPolicy':'Always'}],"),
            "3/3", "Running", "2"
        },
    };

    [Theory]
    [MemberData(nameof(Pods))]
    public void Pod_reads_as_kubectl_prints_it(string pod, string ready, string status, string restarts)
    {
        var cells = PodKind.Cells(Stored.Element(pod), Now);
        Assert.Equal([ready, status, restarts], cells.Skip(1).Take(3));
    }

    [Fact]
    public void Wide_columns_say_where_the_pod_is()
    {
        var pod = Stored.Element("""
            {'metadata':{'name':'a','creationTimestamp':'2026-01-02T03:04:00Z'},
             'spec':{'nodeName':'n1','containers':[{'name':'a'}],'readinessGates':[{'conditionType':'x'},{'conditionType':'y'}]},
             'status':{'phase':'Running','podIP':'10.0.0.7','conditions':[{'type':'x','status':'True'}]}}
            """);
        Assert.Equal(["5s", "10.0.0.7", "n1", "<none>", "1/2"], PodKind.Cells(pod, Now).Skip(4));
        Assert.Equal(PodKind.Row.Columns.Count, PodKind.Cells(pod, Now).Count);
    }

    private static string Pod(string status, string spec = "", bool deleted = false) =>
        $"{{'metadata':{{'name':'p'{(deleted ? ",'deletionTimestamp':'2026-01-02T03:04:00Z'" : "")}}},'spec':{{{spec}'containers':[{{'name':'a'}},{{'name':'b'}}]}},'status':{{{status}}}}}";

    private static string Spec(params string[] init) => $"'initContainers':[{string.Join(',', init.Select(name => $"{{'name':'{name}'}}"))}],";

    private static string Init(params string[] statuses) => $"'initContainerStatuses':[{string.Join(',', statuses)}]";

    private static string Containers(params string[] statuses) => $"'containerStatuses':[{string.Join(',', statuses)}]";

    private static string Status(string name, string rest) => $"{{'name':'{name}',{rest}}}";

    private static string Ready(string name) => Status(name, $"'ready':true,'restartCount':0,{Running}");

    private static string Sidecar(string name, int restarts) => Status(name, $"'ready':true,'started':true,'restartCount':{restarts},{Running}");

    private static string Ended(string name, string how) => Status(name, $"'state':{{'terminated':{{{how}}}}}");

    private static string Waiting(string name, string reason, int restarts = 0, string ended = "") => Status(name,
        $"'restartCount':{restarts},'state':{{'waiting':{{'reason':'{reason}'}}}}" + (ended.Length == 0 ? "" : $",'lastState':{{'terminated':{{'exitCode':1,'finishedAt':'{ended}'}}}}"));
}

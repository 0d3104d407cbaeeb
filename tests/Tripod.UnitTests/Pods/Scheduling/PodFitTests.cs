using k8s;
using k8s.Models;
using Tripod.Pods.Capacity;
using Tripod.Pods.Cluster;
using Tripod.Pods.Cluster.Scheduling;
using Xunit;

namespace Tripod.UnitTests.Pods.Scheduling;

public sealed class PodFitTests
{
    private const string Affinity = "node(s) didn't match pod affinity rules", Anti = "node(s) didn't match pod anti-affinity rules", Theirs = "node(s) didn't satisfy existing pods anti-affinity rules";

    [Theory]
    [InlineData("db", "", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'kubernetes.io/hostname'}]}", null)]
    [InlineData("web", "", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'kubernetes.io/hostname'}]}", Affinity)]
    [InlineData("db", "", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'zone'}]}", Affinity)]
    [InlineData("web", "", "{'app':'db'}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'kubernetes.io/hostname'}]}", null)]
    [InlineData("db", "other", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'kubernetes.io/hostname'}]}", Affinity)]
    [InlineData("db", "other", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'namespaces':['other'],'topologyKey':'kubernetes.io/hostname'}]}", null)]
    [InlineData("db", "other", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'namespaceSelector':{'matchLabels':{'team':'b'}},'topologyKey':'kubernetes.io/hostname'}]}", null)]
    [InlineData("db", "other", "{}", "'podAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'namespaceSelector':{'matchLabels':{'team':'c'}},'topologyKey':'kubernetes.io/hostname'}]}", Affinity)]
    [InlineData("db", "", "{}", "'podAntiAffinity':{'TERM':[{'labelSelector':{'matchExpressions':[{'key':'app','operator':'In','values':['db']}]},'topologyKey':'kubernetes.io/hostname'}]}", Anti)]
    [InlineData("db", "", "{}", "'podAntiAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'zone'}]}", null)]
    [InlineData("db", "", "{'v':'2'}", "'podAntiAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'matchLabelKeys':['v'],'topologyKey':'kubernetes.io/hostname'}]}", null)]
    [InlineData("db", "", "{'v':'1'}", "'podAntiAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'matchLabelKeys':['v'],'topologyKey':'kubernetes.io/hostname'}]}", Anti)]
    [InlineData("db", "", "{'v':'1'}", "'podAntiAffinity':{'TERM':[{'labelSelector':{'matchLabels':{'app':'db'}},'mismatchLabelKeys':['v'],'topologyKey':'kubernetes.io/hostname'}]}", null)]
    public void Company_is_wanted_or_avoided(string app, string space, string labels, string affinity, string? why)
    {
        var there = Pod($"'affinity':{{}}", $"{{'app':'{app}','v':'1'}}", space);
        var pod = Pod($"'affinity':{{{affinity.Replace("TERM", "requiredDuringSchedulingIgnoredDuringExecution", StringComparison.Ordinal)}}}", labels);
        Assert.Equal(why, Find(pod, there)?.Reasons.Single());
    }

    [Fact]
    public void Pods_that_are_there_may_refuse_company_too()
    {
        var shy = Pod("'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'labelSelector':{'matchLabels':{'app':'db'}},'topologyKey':'kubernetes.io/hostname'}]}}", "{}");
        var found = Find(Pod("", "{'app':'db'}"), shy);
        Assert.Equal(Theirs, found!.Reasons.Single());
        Assert.True(found.MayBeCleared);
        Assert.Null(Find(Pod("", "{'app':'web'}"), shy));
    }

    [Theory]
    [InlineData("'maxSkew':1,'topologyKey':'kubernetes.io/hostname','whenUnsatisfiable':'DoNotSchedule'", null)]
    [InlineData("'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'DoNotSchedule'", "node(s) didn't match pod topology spread constraints (missing required label)")]
    [InlineData("'maxSkew':1,'topologyKey':'zone','whenUnsatisfiable':'ScheduleAnyway'", null)]
    [InlineData("'maxSkew':1,'minDomains':2,'topologyKey':'kubernetes.io/hostname','whenUnsatisfiable':'DoNotSchedule'", "node(s) didn't match pod topology spread constraints")]
    [InlineData("'maxSkew':2,'minDomains':2,'topologyKey':'kubernetes.io/hostname','whenUnsatisfiable':'DoNotSchedule'", null)]
    public void One_node_spreads_pods_unless_more_are_asked_for(string constraint, string? why)
    {
        var pod = Pod($"'topologySpreadConstraints':[{{{constraint},'labelSelector':{{'matchLabels':{{'app':'a'}}}}}}]", "{'app':'a'}");
        Assert.Equal(why, Find(pod, Pod("", "{'app':'a'}"))?.Reasons.Single());
    }

    [Fact]
    public void The_first_filter_that_refuses_says_why()
    {
        var greedy = Pod("", "{}", "", "'resources':{'requests':{'cpu':'3','memory':'1Gi'}},'ports':[{'containerPort':1,'hostPort':80}]");
        Assert.Equal("node(s) didn't have free ports for the requested pod ports", Find(greedy, greedy)!.Reasons.Single());
        var found = Find(greedy, Pod("", "{}", "", "'resources':{'requests':{'cpu':'3','memory':'4Gi'}}"))!;
        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.", PendingMessage.Of(found, PendingMessage.NoVictims));
        Assert.True(found.MayBeCleared);
        Assert.False(Find(Pod("", "{}", "", "'resources':{'requests':{'cpu':'5'}}"))!.MayBeCleared);
    }

    [Fact]
    public void Those_of_least_priority_go_and_no_more_than_must()
    {
        V1Pod Of(string name, int priority, int cpu)
        {
            var pod = Pod($"'priority':{priority}", "{}", "", $"'resources':{{'requests':{{'cpu':'{cpu}'}}}}");
            pod.Metadata.Name = name;
            return pod;
        }

        V1Pod[] there = [Of("low", 1, 1), Of("lower", 0, 1), Of("equal", 5, 1), Of("big", 0, 1)];
        var state = State(there);
        IEnumerable<string>? Victims(V1Pod pod) => Preemption.Choose(Preemption.Lesser(pod, state), gone => PodFit.Find(pod, state.Without(gone)) is null)?.Select(victim => victim.Metadata.Name);

        Assert.Equal(["big"], Victims(Of("new", 5, 1))!);
        Assert.Equal(["lower", "big"], Victims(Of("new", 5, 2))!);
        Assert.Equal(["low", "lower", "big"], Victims(Of("new", 5, 3))!);
        Assert.Null(Victims(Of("new", 5, 4)));
    }

    [Theory]
    [InlineData("[]", "[]", -1.0)]
    [InlineData("[{'key':'a','effect':'NoSchedule'}]", "[]", -1.0)]
    [InlineData("[{'key':'a','effect':'NoExecute'}]", "[]", 0.0)]
    [InlineData("[{'key':'a','effect':'NoExecute'}]", "[{'key':'a','operator':'Exists'}]", -1.0)]
    [InlineData("[{'key':'a','effect':'NoExecute'}]", "[{'key':'a','operator':'Exists','effect':'NoExecute','tolerationSeconds':30}]", 30.0)]
    [InlineData("[{'key':'a','effect':'NoExecute'},{'key':'b','effect':'NoExecute'}]", "[{'operator':'Exists','tolerationSeconds':30},{'key':'b','operator':'Exists','tolerationSeconds':5}]", 5.0)]
    [InlineData("[{'key':'a','effect':'NoExecute'},{'key':'b','effect':'NoExecute'}]", "[{'key':'a','operator':'Exists'}]", 0.0)]
    [InlineData("[{'key':'sla','value':'950','effect':'NoExecute'}]", "[{'key':'sla','operator':'Gt','value':'900'}]", -1.0)]
    [InlineData("[{'key':'sla','value':'800','effect':'NoExecute'}]", "[{'key':'sla','operator':'Gt','value':'900'}]", 0.0)]
    public void A_taint_lets_pods_stay_as_long_as_they_tolerate_it(string taints, string tolerations, double seconds)
    {
        var node = Parse<V1Node>($"{{'spec':{{'taints':{taints}}}}}");
        Assert.Equal(seconds < 0 ? null : TimeSpan.FromSeconds(seconds), NodeFit.MayStay(Pod($"'tolerations':{tolerations}", "{}").Spec, node.Spec.Taints ?? []));
    }

    [Fact]
    public void Kubelet_refuses_what_was_bound_past_the_scheduler()
    {
        var port = Pod("", "{}", "", "'ports':[{'containerPort':1,'hostPort':80}]").Spec;
        var tainted = Parse<V1Node>("{'metadata':{'name':'n'},'spec':{'taints':[{'key':'a','effect':'NoExecute'}]}}");
        Assert.Equal(("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"), NodeAdmission.Refuse(port, tainted, [], []));
        Assert.Equal(("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"), NodeAdmission.Refuse(port, State().Node, [port], []));
        Assert.Null(NodeAdmission.Refuse(port, State().Node, [], []));
    }

    [Fact]
    public void For_a_pod_that_the_machine_needs_the_least_served_go_first()
    {
        V1Pod Of(string name, string resources, int priority = 0)
        {
            var pod = Pod($"'priority':{priority}", "{}", "", $"'resources':{{{resources}}}");
            pod.Metadata.Name = name;
            return pod;
        }

        V1Pod[] there = [Of("guaranteed", "'requests':{'cpu':'1','memory':'1Gi'},'limits':{'cpu':'1','memory':'1Gi'}"), Of("burstable", "'requests':{'cpu':'1'}"), Of("critical", "'requests':{'cpu':'1'}", 2_000_001_000), Of("effortless", "")];
        var newcomer = Of("new", "", 2_000_000_000);
        Assert.Equal(["guaranteed", "burstable", "effortless"], Preemption.Dispensable(newcomer, there).Select(pod => pod.Metadata.Name));
        Assert.True(Preemption.IsCritical(newcomer));
        Assert.False(Preemption.IsCritical(there[0]));
    }

    private static Misfit? Find(V1Pod pod, params V1Pod[] others) => PodFit.Find(pod, State(others));

    private static NodeState State(params V1Pod[] pods) => new(
        Parse<V1Node>("{'metadata':{'name':'n','labels':{'kubernetes.io/hostname':'n'}},'status':{'allocatable':{'cpu':'4','memory':'4Gi','pods':'110'}}}"),
        pods, [], new Dictionary<string, IDictionary<string, string>> { ["other"] = new Dictionary<string, string> { ["team"] = "b" } });

    private static V1Pod Pod(string spec, string labels, string space = "", string container = "") => Parse<V1Pod>(
        $"{{'metadata':{{'name':'p','namespace':'{(space.Length > 0 ? space : "default")}','uid':'{Guid.NewGuid()}','labels':{labels}}},'spec':{{{(spec.Length > 0 ? spec + "," : "")}'containers':[{{'name':'c'{(container.Length > 0 ? "," + container : "")}}}]}}}}");

    private static T Parse<T>(string json) => KubernetesJson.Deserialize<T>(json.Replace('\'', '"'));
}

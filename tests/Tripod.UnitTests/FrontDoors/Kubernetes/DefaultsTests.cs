using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Schema;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class DefaultsTests
{
    [Fact]
    public void A_small_pod_gets_what_the_API_server_gives_it()
    {
        var pod = Docs.Json("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'nginx','ports':[{'containerPort':80}]}],'volumes':[{'name':'v'}]}}");
        PodDefaults.Apply(pod);
        Docs.Same("""
            {'metadata':{'name':'p'},'spec':{
              'containers':[{'name':'c','image':'nginx','imagePullPolicy':'Always','ports':[{'containerPort':80,'protocol':'TCP'}],'resources':{},
                'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'}],
              'volumes':[{'name':'v','emptyDir':{}}],
              'dnsPolicy':'ClusterFirst','restartPolicy':'Always','schedulerName':'default-scheduler','terminationGracePeriodSeconds':30,
              'enableServiceLinks':true,'securityContext':{},'serviceAccountName':'default','serviceAccount':'default',
              'tolerations':[
                {'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute','tolerationSeconds':300},
                {'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':300}]}}
            """, pod);
    }

    [Fact]
    public void What_is_given_stays_and_twice_is_once()
    {
        var pod = Docs.Json("""
            {'spec':{'restartPolicy':'Never','terminationGracePeriodSeconds':0,'serviceAccount':'old','hostNetwork':true,'tolerations':[{'operator':'Exists'}],
             'containers':[{'name':'c','image':'a:1','imagePullPolicy':'Never','ports':[{'containerPort':80,'protocol':'UDP'}],
               'resources':{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'500m'}},
               'livenessProbe':{'httpGet':{'port':80},'periodSeconds':5},'startupProbe':{'grpc':{'port':1}}}],
             'volumes':[{'name':'v','configMap':{'name':'c','defaultMode':256}},{'name':'w','secret':{'secretName':'s'}},{'name':'h','hostPath':{'path':'/x'}},
               {'name':'p','projected':{'sources':[{'serviceAccountToken':{'path':'t'}},{'downwardAPI':{'items':[{'path':'l','fieldRef':{'fieldPath':'metadata.labels'}}]}}]}}]}}
            """);
        PodDefaults.Apply(pod);
        var spec = pod["spec"]!.AsObject();
        Assert.Equal("Never", spec.Text("restartPolicy"));
        Assert.Equal(0, spec.Number("terminationGracePeriodSeconds"));
        Assert.Equal("old", spec.Text("serviceAccountName"));
        Assert.Single(spec.List("tolerations")!);
        Docs.Same("""
            {'name':'c','image':'a:1','imagePullPolicy':'Never','ports':[{'containerPort':80,'protocol':'UDP','hostPort':80}],
             'resources':{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'500m','memory':'1Gi'}},
             'livenessProbe':{'httpGet':{'port':80,'path':'/','scheme':'HTTP'},'periodSeconds':5,'timeoutSeconds':1,'successThreshold':1,'failureThreshold':3},
             'startupProbe':{'grpc':{'port':1,'service':''},'periodSeconds':10,'timeoutSeconds':1,'successThreshold':1,'failureThreshold':3},
             'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'}
            """, spec.Maps("containers").First());
        Docs.Same("""
            {'v':[{'name':'v','configMap':{'name':'c','defaultMode':256}},{'name':'w','secret':{'secretName':'s','defaultMode':420}},
             {'name':'h','hostPath':{'path':'/x','type':''}},{'name':'p','projected':{'defaultMode':420,'sources':[
               {'serviceAccountToken':{'path':'t','expirationSeconds':3600}},
               {'downwardAPI':{'items':[{'path':'l','fieldRef':{'fieldPath':'metadata.labels','apiVersion':'v1'}}]}}]}}]}
            """, new JsonObject { ["v"] = spec["volumes"]!.DeepClone() });
        var before = pod.DeepClone();
        PodDefaults.Apply(pod);
        Assert.True(JsonNode.DeepEquals(before, pod));
    }

    [Theory]
    [InlineData("{'limits':{'cpu':'1','memory':'1Gi'}}", "Guaranteed")]
    [InlineData("{'requests':{'cpu':'100m'}}", "Burstable")]
    [InlineData("{}", "BestEffort")]
    public void A_pod_says_of_what_quality_it_is_and_no_write_of_its_status_takes_that_back(string resources, string quality)
    {
        var pod = Docs.Json($"{{'spec':{{'containers':[{{'name':'c','image':'nginx','resources':{resources}}}]}},'status':{{'phase':'Pending'}}}}");
        var schema = SchemaRegistry.Find("v1", "Pod")!;
        ObjectDefaults.Apply(pod, schema);
        ObjectDefaults.Admit(pod, schema);
        Assert.Equal(quality, pod.Map("status").Text("qosClass"));
        pod.Map("status")!["qosClass"] = "Burstable";
        ObjectDefaults.Admit(pod, schema);
        Assert.Equal("Burstable", pod.Map("status").Text("qosClass"));
    }

    [Fact]
    public void Less_than_no_time_to_end_is_the_least_time()
    {
        var pod = Docs.Json("{'spec':{'terminationGracePeriodSeconds':-1}}");
        PodDefaults.Apply(pod);
        Assert.Equal(1, pod.Map("spec").Number("terminationGracePeriodSeconds"));
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.27", "IfNotPresent")]
    [InlineData("localhost:5000/nginx", "Always")]
    [InlineData("localhost:5000/nginx:1", "IfNotPresent")]
    [InlineData("nginx@sha256:0123", "IfNotPresent")]
    [InlineData("nginx:latest@sha256:0123", "IfNotPresent")]
    public void The_pull_policy_follows_from_the_tag(string image, string policy)
    {
        var pod = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["image"] = image }) } };
        PodDefaults.Apply(pod);
        Assert.Equal(policy, (string?)pod["spec"]!["containers"]![0]!["imagePullPolicy"]);
    }

    [Fact]
    public void StringData_of_a_secret_moves_to_data_and_wins()
    {
        var secret = Docs.Json("{'data':{'a':'MQ==','b':'Mg=='},'stringData':{'b':'three'}}");
        SecretDefaults.Apply(secret);
        Docs.Same("{'type':'Opaque','data':{'a':'MQ==','b':'dGhyZWU='}}", secret);
    }

    [Fact]
    public void A_namespace_gets_its_label_its_finalizer_and_its_phase()
    {
        var value = Docs.Json("{'metadata':{'name':'n'}}");
        NamespaceDefaults.Apply(value);
        Docs.Same("""
            {'metadata':{'name':'n','labels':{'kubernetes.io/metadata.name':'n'}},'spec':{'finalizers':['kubernetes']},'status':{'phase':'Active'}}
            """, value);
    }
}

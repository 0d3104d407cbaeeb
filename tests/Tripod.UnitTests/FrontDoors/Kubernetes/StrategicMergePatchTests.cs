using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Patching;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class StrategicMergePatchTests
{
    [Theory]
    // Lists merge by their key.
    [InlineData(
        "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}}",
        "{'spec':{'containers':[{'name':'b','image':'2'}]}}",
        "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'2'}]}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'a'}]}}",
        "{'spec':{'containers':[{'name':'b'}]}}",
        "{'spec':{'containers':[{'name':'b'},{'name':'a'}]}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'}],'args':['1','2']}]}}",
        "{'spec':{'containers':[{'name':'a','env':[{'name':'Y','value':'2'}],'args':['3']}]}}",
        "{'spec':{'containers':[{'name':'a','env':[{'name':'Y','value':'2'},{'name':'X','value':'1'}],'args':['3']}]}}")]
    // Directives on list items.
    [InlineData(
        "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
        "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}",
        "{'spec':{'containers':[{'name':'b'}]}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
        "{'spec':{'containers':[{'$patch':'replace'},{'name':'c'}]}}",
        "{'spec':{'containers':[{'name':'c'}]}}")]
    [InlineData(
        "{'spec':{}}",
        "{'spec':{'containers':[{'$patch':'replace'},{'name':'c','image':null},{'name':'d','$patch':'delete'}]}}",
        "{'spec':{'containers':[{'name':'c'}]}}")]
    // Directives on maps.
    [InlineData(
        "{'metadata':{'labels':{'a':'1','b':'2'}}}",
        "{'metadata':{'labels':{'$patch':'replace','c':'3'}}}",
        "{'metadata':{'labels':{'c':'3'}}}")]
    [InlineData(
        "{'metadata':{'labels':{'a':'1'},'name':'n'}}",
        "{'metadata':{'labels':{'$patch':'delete'}}}",
        "{'metadata':{'labels':{},'name':'n'}}")]
    [InlineData(
        "{'metadata':{'labels':{'a':'1','b':'2'}}}",
        "{'metadata':{'labels':{'a':null,'x':null}}}",
        "{'metadata':{'labels':{'b':'2'}}}")]
    // A volume that changes its source loses the old one.
    [InlineData(
        "{'spec':{'volumes':[{'name':'v','emptyDir':{}}]}}",
        "{'spec':{'volumes':[{'name':'v','$retainKeys':['name','hostPath'],'hostPath':{'path':'/x'}}]}}",
        "{'spec':{'volumes':[{'name':'v','hostPath':{'path':'/x'}}]}}")]
    // Lists of plain values.
    [InlineData(
        "{'metadata':{'finalizers':['a','b']}}",
        "{'metadata':{'finalizers':['b','c']}}",
        "{'metadata':{'finalizers':['a','b','c']}}")]
    [InlineData(
        "{'metadata':{'finalizers':['a','b','c']}}",
        "{'metadata':{'$deleteFromPrimitiveList/finalizers':['b','x']}}",
        "{'metadata':{'finalizers':['a','c']}}")]
    // The order that the client wants; what the server added stays where it was.
    [InlineData(
        "{'spec':{'containers':[{'name':'a'},{'name':'server'},{'name':'b'}]}}",
        "{'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}}",
        "{'spec':{'containers':[{'name':'server'},{'name':'b'},{'name':'a'}]}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
        "{'spec':{'$setElementOrder/containers':[{'name':'c'},{'name':'a'}],'containers':[{'name':'c','image':'i'},{'name':'b','$patch':'delete'}]}}",
        "{'spec':{'containers':[{'name':'c','image':'i'},{'name':'a'}]}}")]
    // Ports merge by containerPort alone.
    [InlineData(
        "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP'}]}]}}",
        "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'TCP'}]}]}}",
        "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'TCP'}]}]}}")]
    // What kubectl itself makes of such patches.
    [InlineData(
        "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}}",
        "{'spec':{'containers':[{'name':'d','image':'x'},{'name':'b','image':'y'}]}}",
        "{'spec':{'containers':[{'image':'x','name':'d'},{'name':'a'},{'image':'y','name':'b'},{'name':'c'}]}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'s1'},{'name':'a'},{'name':'s2'},{'name':'b'},{'name':'s3'}]}}",
        "{'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'n'},{'name':'a'}],'containers':[{'name':'n','image':'x'},{'name':'a','image':'y'}]}}",
        "{'spec':{'containers':[{'name':'s1'},{'name':'s2'},{'name':'b'},{'image':'x','name':'n'},{'image':'y','name':'a'},{'name':'s3'}]}}")]
    [InlineData(
        "{'metadata':{'finalizers':['a','b','c']}}",
        "{'metadata':{'$setElementOrder/finalizers':['c','x','a'],'finalizers':['x']}}",
        "{'metadata':{'finalizers':['b','c','x','a']}}")]
    [InlineData(
        "{'metadata':{'finalizers':['a','b','c']}}",
        "{'metadata':{'$setElementOrder/finalizers':['c','a'],'$deleteFromPrimitiveList/finalizers':['b']}}",
        "{'metadata':{'finalizers':['c','a']}}")]
    [InlineData(
        "{'spec':{'tolerations':[{'key':'a'}]}}",
        "{'spec':{'tolerations':[{'key':'b'}]}}",
        "{'spec':{'tolerations':[{'key':'b'}]}}")]
    [InlineData(
        "{'spec':{'securityContext':{'runAsUser':1,'fsGroup':2}}}",
        "{'spec':{'securityContext':{'$retainKeys':['runAsUser'],'runAsUser':3}}}",
        "{'spec':{'securityContext':{'runAsUser':3}}}")]
    [InlineData(
        "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'2'}]}]}}",
        "{'spec':{'containers':[{'name':'a','env':[{'name':'Y','$patch':'delete'},{'name':'Z','value':'3'},{'name':'X','value':null,'valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}]}]}}",
        "{'spec':{'containers':[{'env':[{'name':'Z','value':'3'},{'name':'X','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}],'name':'a'}]}}")]
    [InlineData(
        "{'spec':{'hostAliases':[{'ip':'1.1.1.1','hostnames':['a']}]}}",
        "{'spec':{'hostAliases':[{'ip':'1.1.1.1','hostnames':['b']},{'ip':'2.2.2.2','hostnames':['c']}]}}",
        "{'spec':{'hostAliases':[{'hostnames':['b'],'ip':'1.1.1.1'},{'hostnames':['c'],'ip':'2.2.2.2'}]}}")]
    [InlineData(
        "{'spec':{'nodeSelector':{'a':'1'}}}",
        "{'spec':{'nodeSelector':{'b':'2','a':null}}}",
        "{'spec':{'nodeSelector':{'b':'2'}}}")]
    [InlineData(
        "{'spec':{'imagePullSecrets':[{'name':'a'}]}}",
        "{'spec':{'imagePullSecrets':[{'name':'b'}]}}",
        "{'spec':{'imagePullSecrets':[{'name':'b'},{'name':'a'}]}}")]
    public void Merges_as_Kubernetes_does(string target, string patch, string result)
    {
        var (before, changes) = (Docs.Json(target), Docs.Json(patch));
        Docs.Same(result, StrategicMergePatch.Apply(before, changes, Docs.Kind("Pod")));
        Docs.Same(target, before);
        Docs.Same(patch, changes);
    }

    [Theory]
    [InlineData("{'spec':{'containers':[{'image':'i'}]}}", "does not contain declared merge key: name")]
    [InlineData("{'spec':{'containers':['x']}}", "must be an object")]
    [InlineData("{'metadata':{'$patch':'explode'}}", "unknown patch type")]
    [InlineData("{'metadata':{'$retainKeys':['a'],'name':'x'}}", "$retainKeys")]
    [InlineData("{'spec':{'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'z'}]}}", "doesn't match $setElementOrder")]
    public void A_patch_that_cannot_be_understood_is_a_bad_request(string patch, string words)
    {
        var target = Docs.Json("{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a'}]}}");
        var fault = Assert.Throws<ApiException>(() => StrategicMergePatch.Apply(target, Docs.Json(patch), Docs.Kind("Pod")));
        Assert.Equal(400, fault.Code);
        Assert.Contains(words, fault.Message);
    }
}

using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Defaults;
using Tripod.FrontDoors.Kubernetes.Patching;
using Tripod.FrontDoors.Kubernetes.Validation;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class PodValidationTests
{
    private const string Good = """
        {'metadata':{'name':'p','namespace':'default'},'spec':{
          'containers':[{'name':'a','image':'nginx','ports':[{'containerPort':80,'hostPort':8888}],'volumeMounts':[{'name':'v','mountPath':'/v'}]},
                        {'name':'b','image':'ghost'}],
          'initContainers':[{'name':'i','image':'x'}],
          'volumes':[{'name':'v','emptyDir':{}},{'name':'h','hostPath':{'path':'/tmp'}}]}}
        """;

    [Fact]
    public void A_good_pod_has_no_faults() => Assert.Empty(PodValidation.Validate(Pod(Good)));

    [Fact]
    public void The_message_is_the_one_of_Kubernetes()
    {
        var pod = Pod("{'metadata':{'name':'x'},'spec':{'containers':[{'name':'c'}]}}");
        Assert.Equal(
            "Pod \"x\" is invalid: spec.containers[0].image: Required value",
            ApiException.Invalid("Pod", "x", PodValidation.Validate(pod)).Message);
    }

    /// <summary>A merge into the good pod, and the one fault that it makes.</summary>
    [Theory]
    [InlineData("{'metadata':{'name':'A_b'}}", "metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("{'metadata':{'name':null}}", "metadata.name: Required value: name or generateName is required")]
    [InlineData("{'metadata':{'labels':{'a b':'c'}}}", "metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("{'metadata':{'labels':{'a':'b c'}}}", "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    [InlineData("{'spec':{'restartPolicy':'Sometimes'}}", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("{'spec':{'dnsPolicy':'x'}}", "spec.dnsPolicy: Unsupported value: \"x\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"")]
    [InlineData("{'spec':{'dnsPolicy':'None'}}", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData("{'spec':{'activeDeadlineSeconds':0}}", "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [InlineData("{'spec':{'hostPID':true,'shareProcessNamespace':true}}", "spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled")]
    [InlineData("{'spec':{'containers':[{'name':'a','imagePullPolicy':'x'}]}}", "spec.containers[0].imagePullPolicy: Unsupported value: \"x\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("{'spec':{'initContainers':[{'$patch':'replace'},{'name':'b','image':'x'}]}}", "spec.initContainers[0].name: Duplicate value: \"b\"")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'name':'nope','mountPath':'/w'}]}]}}", "spec.containers[0].volumeMounts[0].name: Not found: \"nope\"")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'$patch':'replace'},{'name':'v','mountPath':'/w','subPath':'../x'}]}]}}", "spec.containers[0].volumeMounts[0].subPath: Invalid value: \"../x\": must not contain '..'")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'mountPath':'/v','mountPropagation':'Bidirectional'}]}]}}", "spec.containers[0].volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers")]
    [InlineData("{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'hostPort':70000}]}]}}", "spec.containers[0].ports[0].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'no_good'}]}]}}", "spec.containers[0].ports[0].name: Invalid value: \"no_good\": must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)")]
    [InlineData("{'spec':{'containers':[{'name':'b','ports':[{'containerPort':81,'hostPort':8888}]}]}}", "spec.containers[1].ports[0].hostPort: Duplicate value: \"TCP//8888\"")]
    [InlineData("{'spec':{'containers':[{'name':'a','livenessProbe':{}}]}}", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("{'spec':{'containers':[{'name':'a','livenessProbe':{'exec':{'command':['x']},'tcpSocket':{'port':1}}}]}}", "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type")]
    [InlineData("{'spec':{'containers':[{'name':'a','livenessProbe':{'successThreshold':2,'tcpSocket':{'port':1}}}]}}", "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [InlineData("{'spec':{'containers':[{'name':'a','readinessProbe':{'httpGet':{'port':0}}}]}}", "spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("{'spec':{'containers':[{'name':'a','lifecycle':{'preStop':{'sleep':{'seconds':31}}}}]}}", "spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)")]
    [InlineData("{'spec':{'containers':[{'name':'a','lifecycle':{'postStart':{'sleep':{'seconds':-1}}}}]}}", "spec.containers[0].lifecycle.postStart.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)")]
    [InlineData("{'spec':{'initContainers':[{'name':'i','livenessProbe':{'tcpSocket':{'port':1}}}]}}", "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData("{'spec':{'containers':[{'name':'a','resources':{'limits':{'cpu':'1'},'requests':{'cpu':'2'}}}]}}", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("{'spec':{'containers':[{'name':'a','resources':{'requests':{'memory':'-1'}}}]}}", "spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A=B'}]}]}}", "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','valueFrom':{}}]}]}}", "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','value':'x','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}]}]}}", "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'c'}}}]}]}}", "spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Required value")]
    [InlineData("{'spec':{'hostUsers':false,'hostPID':true}}", "spec.HostPID: Forbidden: when `hostUsers` is false")]
    [InlineData("{'spec':{'hostUsers':false,'hostIPC':true}}", "spec.HostIPC: Forbidden: when `hostUsers` is false")]
    [InlineData("{'spec':{'containers':[{'name':'a','securityContext':{'procMount':'Unmasked'}}]}}", "spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`")]
    [InlineData("{'spec':{'containers':[{'name':'a','securityContext':{'runAsUser':-1}}]}}", "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive")]
    [InlineData("{'spec':{'containers':[{'name':'a','securityContext':{'privileged':true,'allowPrivilegeEscalation':false}}]}}", "spec.containers[0].securityContext.allowPrivilegeEscalation: Invalid value: false: cannot set `allowPrivilegeEscalation` to false and `privileged` to true")]
    [InlineData("{'spec':{'securityContext':{'sysctls':[{'name':'NET','value':'1'}]}}}", "spec.securityContext.sysctls[0].name: Invalid value: \"NET\": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$")]
    [InlineData("{'spec':{'volumes':[{'name':'h','hostPath':{'path':'/a/../b'}}]}}", "spec.volumes[1].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'")]
    [InlineData("{'spec':{'volumes':[{'name':'h','emptyDir':{}}]}}", "spec.volumes[1].emptyDir: Forbidden: may not specify more than 1 volume type")]
    [InlineData("{'spec':{'volumes':[{'name':'Q','emptyDir':{}}]}}", "spec.volumes[0].name: Invalid value: \"Q\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("{'spec':{'volumes':[{'name':'c','configMap':{'name':'c','defaultMode':512}}]}}", "spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive")]
    [InlineData("{'spec':{'tolerations':[{'key':'k','operator':'Exists','tolerationSeconds':1}]}}", "spec.tolerations[0].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set")]
    [InlineData("{'spec':{'hostAliases':[{'ip':'1','hostnames':['a']}]}}", "spec.hostAliases[0].ip: Invalid value: \"1\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("{'spec':{'ephemeralContainers':[{'name':'e','image':'x'}]}}", "spec.ephemeralContainers: Forbidden: cannot be set on create")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'mountPath':'/v','recursiveReadOnly':'Enabled'}]}]}}", "spec.containers[0].volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'mountPath':'/v','readOnly':true,'recursiveReadOnly':'Enabled','mountPropagation':'HostToContainer'}]}]}}", "spec.containers[0].volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified")]
    [InlineData("{'spec':{'containers':[{'name':'a','volumeMounts':[{'mountPath':'/v','recursiveReadOnly':'x'}]}]}}", "spec.containers[0].volumeMounts[0].recursiveReadOnly: Unsupported value: \"x\": supported values: \"Disabled\", \"Enabled\", \"IfPossible\"")]
    [InlineData("{'spec':{'containers':[{'name':'b','volumeDevices':[{'name':'h','devicePath':'/dev/d'}]}]}}", "spec.containers[1].volumeDevices[0].name: Invalid value: \"h\": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")]
    [InlineData("{'spec':{'containers':[{'name':'b','volumeDevices':[{'name':'none','devicePath':'/dev/d'}]}]}}", "spec.containers[1].volumeDevices[0].name: Not found: \"none\"")]
    [InlineData("{'spec':{'volumes':[{'name':'c','persistentVolumeClaim':{'claimName':'c'}}],'containers':[{'name':'b','volumeDevices':[{'name':'c'}]}]}}", "spec.containers[1].volumeDevices[0].devicePath: Required value")]
    [InlineData("{'spec':{'containers':[{'name':'a','readinessProbe':{'httpGet':{'port':1,'httpHeaders':[{'name':'a b','value':'x'}]}}}]}}", "spec.containers[0].readinessProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','valueFrom':{'fieldRef':{'apiVersion':'v2','fieldPath':'metadata.name'}}}]}]}}", "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.name\": error converting fieldPath: unsupported pod version: v2")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu','divisor':'2'}}}]}]}}", "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: \"limits.cpu\": only divisor's values 1m and 1 are supported with the cpu resource")]
    [InlineData("{'spec':{'containers':[{'name':'a','env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.memory','divisor':'1m'}}}]}]}}", "spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: \"limits.memory\": only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource")]
    [InlineData("{'spec':{'securityContext':{'supplementalGroupsPolicy':'x'}}}", "spec.securityContext.supplementalGroupsPolicy: Unsupported value: \"x\": supported values: \"Merge\", \"Strict\"")]
    [InlineData("{'spec':{'securityContext':{'seLinuxChangePolicy':'x'}}}", "spec.securityContext.seLinuxChangePolicy: Unsupported value: \"x\": supported values: \"MountOption\", \"Recursive\"")]
    [InlineData("{'spec':{'os':{'name':'plan9'}}}", "spec.os.name: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\"")]
    [InlineData("{'spec':{'os':{'name':'linux'},'securityContext':{'windowsOptions':{'hostProcess':true}}}}", "spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod")]
    [InlineData("{'spec':{'os':{'name':'windows'},'containers':[{'name':'a','securityContext':{'privileged':true}}]}}", "spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod")]
    [InlineData("{'spec':{'os':{'name':'windows'},'hostPID':true}}", "spec.hostPID: Forbidden: cannot be set for a windows pod")]
    [InlineData("{'spec':{'schedulingGroup':{'podGroupName':'g'}}}", "spec.schedulingGroup: Forbidden: pods are not scheduled in groups here: leave the field out, the one node takes each pod by itself")]
    [InlineData("{'spec':{'volumes':[{'name':'t','projected':{'sources':[{'clusterTrustBundle':{'path':'p'}}]}}]}}", "spec.volumes[0].projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified")]
    [InlineData("{'spec':{'volumes':[{'name':'e','ephemeral':{'volumeClaimTemplate':{'metadata':{'name':'x'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}}}]}}", "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set for an ephemeral volume")]
    [InlineData("{'spec':{'volumes':[{'name':'e','ephemeral':{'volumeClaimTemplate':{'spec':{'accessModes':['ReadWriteOnce'],'dataSource':{'kind':'PersistentVolumeClaim','name':'c'},'resources':{'requests':{'storage':'1Gi'}}}}}}]}}", "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.dataSource: Forbidden: volumes are made empty here, there are no snapshots and no clones: leave it out, and fill the volume from a pod")]
    [InlineData("{'spec':{'volumes':[{'name':'e','ephemeral':{'volumeClaimTemplate':{'spec':{'accessModes':['ReadWriteOnce'],'volumeAttributesClassName':'c','resources':{'requests':{'storage':'1Gi'}}}}}}]}}", "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.volumeAttributesClassName: Forbidden: there are no VolumeAttributesClasses here: leave it out")]
    public void A_fault_is_named_in_the_words_of_Kubernetes(string patch, string fault)
    {
        var pod = Pod(StrategicMergePatch.Apply(Docs.Json(Good), Docs.Json(patch), Docs.Kind("Pod")));
        Assert.Equal([fault], PodValidation.Validate(pod).Select(e => e.ToString()));
    }

    [Fact]
    public void A_pod_without_containers_is_refused() =>
        Assert.Equal(
            ["spec.containers: Required value"],
            PodValidation.Validate(Pod("{'metadata':{'name':'p'}}")).Select(e => e.ToString()));

    [Theory]
    [InlineData("{'spec':{'containers':[{'name':'a','image':'nginx:2'}]}}")]
    [InlineData("{'spec':{'activeDeadlineSeconds':60}}")]
    [InlineData("{'spec':{'tolerations':[{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute','tolerationSeconds':1},{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':300},{'key':'x','operator':'Exists'}]}}")]
    [InlineData("{'metadata':{'labels':{'a':'b'}}}")]
    public void Some_changes_are_allowed(string patch)
    {
        var old = Pod(Good);
        var changed = StrategicMergePatch.Apply(old, Docs.Json(patch), Docs.Kind("Pod"));
        Assert.Empty(PodValidation.ValidateUpdate(old, changed));
    }

    [Fact]
    public void Another_change_is_refused_with_the_field_and_the_way_out()
    {
        var old = Pod(Good);
        var changed = StrategicMergePatch.Apply(
            old, Docs.Json("{'spec':{'containers':[{'name':'b','env':[{'name':'A','value':'1'}]}]}}"), Docs.Kind("Pod"));
        var fault = Assert.Single(PodValidation.ValidateUpdate(old, changed)).ToString();
        Assert.StartsWith(
            "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n", fault);
        Assert.Contains("changed: spec.containers[1].env", fault);
        Assert.Contains("kubectl replace --force -f", fault);
    }

    [Theory]
    [InlineData("{'spec':{'containers':[{'name':'c','image':'x'}]}}", "spec.containers: Forbidden: pod updates may not add or remove containers")]
    [InlineData("{'metadata':{'name':'q'}}", "metadata.name: Invalid value: \"q\": field is immutable")]
    [InlineData("{'spec':{'tolerations':null}}", "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds")]
    public void Other_changes_are_refused(string patch, string fault)
    {
        var old = Pod(Good);
        var changed = StrategicMergePatch.Apply(old, Docs.Json(patch), Docs.Kind("Pod"));
        Assert.Equal([fault], PodValidation.ValidateUpdate(old, changed).Select(e => e.ToString()));
    }

    private static JsonObject Pod(string json) => Pod(Docs.Json(json));

    private static JsonObject Pod(JsonObject pod)
    {
        PodDefaults.Apply(pod);
        return pod;
    }
}

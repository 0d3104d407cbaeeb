using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;
using Tripod.FrontDoors.Kubernetes.Validation;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Admission;

public sealed class PodSecurityTests
{
    private const string Good = "'securityContext':{'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL']},'runAsNonRoot':true,'seccompProfile':{'type':'RuntimeDefault'}}";

    [Theory]
    [InlineData("'hostNetwork':true,'hostPID':true,'hostIPC':true", "", "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)")]
    [InlineData("'volumes':[{'name':'v','hostPath':{'path':'/'}}]", "", "hostPath volumes (volume \"v\")")]
    [InlineData("'volumes':[{'name':'v','hostPath':{'path':'/'}},{'name':'w','hostPath':{'path':'/'}}]", "", "hostPath volumes (volumes \"v\", \"w\")")]
    [InlineData("", "'ports':[{'containerPort':1,'hostPort':80},{'containerPort':2,'hostPort':8080}]", "hostPort (container \"c\" uses hostPorts 80, 8080)")]
    [InlineData("", "'securityContext':{'privileged':true}", "privileged (container \"c\" must not set securityContext.privileged=true)")]
    [InlineData("", "'securityContext':{'capabilities':{'add':['NET_RAW','CHOWN','SYS_ADMIN']}}", "non-default capabilities (container \"c\" must not include \"NET_RAW\", \"SYS_ADMIN\" in securityContext.capabilities.add)")]
    [InlineData("", "'securityContext':{'procMount':'Unmasked'}", "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("'hostUsers':false", "'securityContext':{'procMount':'Unmasked'}", "")]
    [InlineData("'securityContext':{'sysctls':[{'name':'kernel.msgmax','value':'1'},{'name':'net.ipv4.tcp_rmem','value':'1'}]}", "", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("'securityContext':{'seccompProfile':{'type':'Unconfined'}}", "'securityContext':{'seccompProfile':{'type':'Unconfined'}}", "seccompProfile (pod and container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("'securityContext':{'appArmorProfile':{'type':'Unconfined'}}", "", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("'securityContext':{'seLinuxOptions':{'type':'spc_t','user':'u','role':'r'}}", "", "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set; role may not be set)")]
    [InlineData("'securityContext':{'seLinuxOptions':{'type':'container_engine_t'}}", "", "")]
    [InlineData("'securityContext':{'windowsOptions':{'hostProcess':true}}", "", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("", "'livenessProbe':{'httpGet':{'port':1,'host':'10.0.0.1'}},'lifecycle':{'preStop':{'httpGet':{'port':1,'host':'a'}}}", "probe or lifecycle host (container \"c\" uses probe or lifecycle hosts \"10.0.0.1\", \"a\")")]
    [InlineData("'initContainers':[{'name':'i','securityContext':{'privileged':true}}],'ephemeralContainers':[{'name':'e','securityContext':{'privileged':true}}]", "", "privileged (containers \"i\", \"e\" must not set securityContext.privileged=true)")]
    [InlineData("", "", "")]
    public void Baseline_forbids_what_reaches_the_machine(string spec, string container, string violation) => Assert.Equal(violation, Review(SecurityLevel.Baseline, spec, container));

    [Theory]
    [InlineData("", "", "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")")]
    [InlineData("", Good, "")]
    [InlineData("'hostNetwork':true,'volumes':[{'name':'v','hostPath':{'path':'/'}}]", Good, "host namespaces (hostNetwork=true), restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")")]
    [InlineData("'securityContext':{'runAsNonRoot':false,'runAsUser':0}", Good, "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("'hostUsers':false,'securityContext':{'runAsUser':0}", Good, "")]
    [InlineData("", "'securityContext':{'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL'],'add':['CHOWN','NET_BIND_SERVICE']},'runAsNonRoot':true,'seccompProfile':{'type':'Unconfined'}}", "unrestricted capabilities (container \"c\" must not include \"CHOWN\" in securityContext.capabilities.add), seccompProfile (container \"c\" must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("'os':{'name':'windows'},'securityContext':{'runAsNonRoot':true}", "", "")]
    public void Restricted_wants_what_hardens_a_pod_to_be_said(string spec, string container, string violation) => Assert.Equal(violation, Review(SecurityLevel.Restricted, spec, container));

    [Theory]
    [InlineData(7, "", "runAsNonRoot != true")]
    [InlineData(8, "", "allowPrivilegeEscalation != false, runAsNonRoot != true")]
    [InlineData(19, "", "allowPrivilegeEscalation != false, runAsNonRoot != true, seccompProfile")]
    [InlineData(22, "", "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile")]
    [InlineData(31, "'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_rmem','value':'1'}]}", "forbidden sysctls, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile")]
    [InlineData(34, "'hostUsers':false", "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile")]
    [InlineData(35, "'hostUsers':false", "allowPrivilegeEscalation != false, unrestricted capabilities, seccompProfile")]
    public void An_older_version_of_a_level_asks_what_it_asked_then(int minor, string spec, string reasons) =>
        Assert.Equal(reasons, Violation.Reasons(SecurityReview.Violations(Pod(spec, ""), new(SecurityLevel.Restricted, minor))));

    [Theory]
    [InlineData("{}", "privileged:latest privileged:latest privileged:latest", "")]
    [InlineData("{'enforce':'baseline'}", "baseline:latest privileged:latest baseline:latest", "")]
    [InlineData("{'enforce':'restricted','enforce-version':'v1.30','audit':'baseline','warn':'privileged'}", "restricted:v1.30 baseline:latest privileged:latest", "")]
    [InlineData("{'enforce':'strict'}", "restricted:latest privileged:latest restricted:latest", "metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted")]
    [InlineData("{'warn':'x','warn-version':'1.2'}", "privileged:latest privileged:latest privileged:latest", "metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: \"x\": must be one of privileged, baseline, restricted|metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: \"1.2\": must be \"latest\" or \"v1.x\"")]
    public void Labels_of_a_namespace_say_what_is_asked(string labels, string policy, string faults)
    {
        var errors = new FieldErrors();
        var whole = new JsonObject(Docs.Json(labels).Select(label => KeyValuePair.Create($"pod-security.kubernetes.io/{label.Key}", label.Value?.DeepClone())));
        var read = SecurityPolicy.Of(whole, errors);
        Assert.Equal(policy, $"{read.Enforce} {read.Audit} {read.Warn}");
        Assert.Equal(faults, string.Join('|', errors.All));
    }

    [Fact]
    public void Pods_that_do_the_same_are_told_of_once()
    {
        JsonObject Named(string name, string spec = "")
        {
            var pod = Pod(spec, Good);
            pod["metadata"]!["name"] = name;
            return pod;
        }

        string[] warnings = [.. SecurityReview.Existing("ns", new(SecurityLevel.Restricted, null), [Named("b", "'hostPID':true"), Named("a", "'hostPID':true"), Named("fine"), Named("c", "'hostPID':true"), Named("z", "'hostUsers':true,'hostIPC':true,'volumes':[{'name':'v','nfs':{}}]")])];
        Assert.Equal(["existing pods in namespace \"ns\" violate the new PodSecurity enforce level \"restricted:latest\"", "a (and 2 other pods): host namespaces", "z: host namespaces, restricted volume types"], warnings);
    }

    [Theory]
    [InlineData("{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'a'}]}}", false)]
    [InlineData("{'spec':{'containers':[{'name':'c','image':'b'}]}}", true)]
    [InlineData("{'spec':{'containers':[{'name':'c','image':'a'}],'ephemeralContainers':[{'name':'e','image':'a'}]}}", true)]
    public void Updates_count_that_bring_another_image(string changed, bool counts) =>
        Assert.Equal(counts, SecurityReview.IsSignificant(Docs.Json("{'spec':{'containers':[{'name':'c','image':'a'}]}}"), Docs.Json(changed)));

    private static string Review(SecurityLevel level, string spec, string container) => Violation.Details(SecurityReview.Violations(Pod(spec, container), new(level, null)));

    private static JsonObject Pod(string spec, string container) =>
        Docs.Json($"{{'metadata':{{'name':'p'}},'spec':{{{(spec.Length > 0 ? spec + "," : "")}'containers':[{{'name':'c'{(container.Length > 0 ? "," + container : "")}}}]}}}}");
}

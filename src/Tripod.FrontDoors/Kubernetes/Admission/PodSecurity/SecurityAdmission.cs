using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Auditing;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;

/// <summary>
/// Pod Security Standards, by namespace: forbids pods, warns of pods and templates, and writes into the audit log (Kubernetes:
/// Pod Security Admission). Called with what is valid and about to be stored; hands on to <see cref="SecurityReview"/>.
/// </summary>
internal static class SecurityAdmission
{
    private const string Prefix = "pod-security.kubernetes.io/";

    /// <param name="store">Holds namespaces and pods.</param>
    /// <param name="request">Gets the warnings.</param>
    /// <param name="old">As stored; null for a new object.</param>
    /// <param name="document">As it shall be stored.</param>
    /// <exception cref="ApiException">403 for a pod; 422 for a namespace's labels.</exception>
    public static void Check(ObjectStore store, ApiRequest request, JsonObject? old, JsonObject document)
    {
        switch (request.Kind, request.Path.Subresource)
        {
            case ({ Group: "", Kind: "Pod" }, not "status"):
                CheckPod(store, request, old, document);
                break;
            case ({ Group: "", Kind: "PodTemplate" }, null):
                WarnOfTemplate(store, request, document.Map("template") ?? []);
                break;
            case ({ Group: "", Kind: "Namespace" }, null):
                CheckNamespace(store, request, old, document);
                break;
        }
    }

    private static void CheckPod(ObjectStore store, ApiRequest request, JsonObject? old, JsonObject pod)
    {
        var (policy, errors) = PolicyOf(store, request.Namespace);
        if (policy.AsksNothing || (old is not null && !SecurityReview.IsSignificant(old, pod)))
        {
            return;
        }

        Note(request, "enforce-policy", policy.Enforce.ToString());
        if (errors.Count > 0)
        {
            Note(request, "error", $"Failed to parse policy: {string.Join(", ", errors)}");
        }

        Audit(request, policy, pod);
        if (SecurityReview.Violations(pod, policy.Enforce) is { Count: > 0 } forbidden)
        {
            throw ApiException.Forbidden("pods", pod.Map("metadata").Text("name") ?? "", $"violates PodSecurity \"{policy.Enforce}\": {Violation.Details(forbidden)}");
        }

        Warn(request, policy, pod);
    }

    private static void WarnOfTemplate(ObjectStore store, ApiRequest request, JsonObject template)
    {
        var (policy, _) = PolicyOf(store, request.Namespace);
        Audit(request, policy, template);
        Warn(request, policy, template);
    }

    private static void CheckNamespace(ObjectStore store, ApiRequest request, JsonObject? old, JsonObject space)
    {
        var (faults, known) = (new FieldErrors(), new FieldErrors());
        var policy = SecurityPolicy.Of(space.Map("metadata").Map("labels"), faults);
        var before = SecurityPolicy.Of(old?.Map("metadata").Map("labels"), known);
        var name = space.Map("metadata").Text("name") ?? "";
        if (faults.All.Count > 0 && (old is null || !faults.All.SequenceEqual(known.All)))
        {
            throw ApiException.Invalid("Namespace", name, faults.All);
        }

        var tightened = policy.Enforce.Level != SecurityLevel.Privileged && policy.Enforce != before.Enforce
            && (policy.Enforce.Minor != before.Enforce.Minor || policy.Enforce.Level > before.Enforce.Level);
        if (old is not null && tightened)
        {
            request.Warn(SecurityReview.Existing(name, policy.Enforce, store.List(ResourceKeys.Prefix("pods", name)).Objects.Select(stored => JsonBytes.Parse(stored.Document))));
        }
    }

    private static void Audit(ApiRequest request, SecurityPolicy policy, JsonObject pod)
    {
        if (SecurityReview.Violations(pod, policy.Audit) is { Count: > 0 } noted)
        {
            Note(request, "audit-violations", $"would violate PodSecurity \"{policy.Audit}\": {Violation.Details(noted)}");
        }
    }

    private static void Warn(ApiRequest request, SecurityPolicy policy, JsonObject pod)
    {
        if (SecurityReview.Violations(pod, policy.Warn) is { Count: > 0 } warned)
        {
            request.Warn([$"would violate PodSecurity \"{policy.Warn}\": {Violation.Details(warned)}"]);
        }
    }

    private static void Note(ApiRequest request, string name, string value) => AuditRecord.Annotate(request.Http, Prefix + name, value);

    private static (SecurityPolicy Policy, IReadOnlyList<FieldError> Errors) PolicyOf(ObjectStore store, string? space)
    {
        var errors = new FieldErrors();
        var stored = store.Get(ResourceKeys.Of("namespaces", null, space ?? ""));
        return (SecurityPolicy.Of(stored is null ? null : JsonBytes.Parse(stored.Document).Map("metadata").Map("labels"), errors), errors.All);
    }
}

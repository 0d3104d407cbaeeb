namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>The refusal of what a user may not do, in Kubernetes' words.</summary>
internal static class AccessRefusal
{
    public static ApiException Of(AccessQuestion question)
    {
        var who = $"User \"{question.User.Name}\" cannot {question.Verb}";
        if (question.Path is { } path)
        {
            return new(403, "Forbidden", $"forbidden: {who} path \"{path}\"", []);
        }

        var resource = question.Group.Length == 0 ? question.Resource : $"{question.Resource}.{question.Group}";
        var where = question.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{question.Namespace}\"";
        return ApiException.Forbidden(resource, question.Name, $"{who} resource \"{question.Part}\" in API group \"{question.Group}\" {where}");
    }
}

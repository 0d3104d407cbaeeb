using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A pod's <c>dnsPolicy</c> and <c>dnsConfig</c>.</summary>
internal static class DnsValidation
{
    private const int MaxServers = 3;
    private const int MaxSearches = 32;

    public static void Validate(JsonObject spec, string path, FieldErrors errors)
    {
        if (spec.Text("dnsPolicy") is null or "")
        {
            errors.Add(FieldError.Required($"{path}.dnsPolicy"));
        }
        errors.OneOf(spec, "dnsPolicy", path, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        var config = spec.Map("dnsConfig");
        var here = $"{path}.dnsConfig";
        var servers = config.Texts("nameservers").ToList();
        if (spec.Text("dnsPolicy") == "None")
        {
            if (config is null)
            {
                errors.Add(FieldError.Required(here, "must provide `dnsConfig` when `dnsPolicy` is None"));
            }
            else if (servers.Count == 0)
            {
                errors.Add(FieldError.Required($"{here}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None"));
            }
        }
        if (servers.Count > MaxServers)
        {
            errors.Add(FieldError.Invalid($"{here}.nameservers", config!["nameservers"], $"must not have more than {MaxServers} nameservers"));
        }
        for (var i = 0; i < servers.Count; i++)
        {
            errors.Invalid($"{here}.nameservers[{i}]", servers[i], NameRules.Address(servers[i]));
        }
        var searches = config.Texts("searches").ToList();
        if (searches.Count > MaxSearches)
        {
            errors.Add(FieldError.Invalid($"{here}.searches", config!["searches"], $"must not have more than {MaxSearches} search paths"));
        }
        for (var i = 0; i < searches.Count; i++)
        {
            // A lone or a trailing dot says that the name is complete.
            var name = searches[i] == "." ? "a" : searches[i].TrimEnd('.');
            errors.Invalid($"{here}.searches[{i}]", searches[i], NameRules.Subdomain(name));
        }
        var index = 0;
        foreach (var option in config.Maps("options"))
        {
            errors.Required(option, "name", $"{here}.options[{index++}]", "must not be empty");
        }
    }
}

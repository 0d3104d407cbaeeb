using System.Globalization;

namespace Tripod.Bench;

/// <summary>The pod that is measured, the same for all: it says nothing that one of them does not understand.</summary>
internal static class PodManifest
{
    public const string Image = "localhost/bench:latest";

    public static string Json(string name, int hostPort) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"terminationGracePeriodSeconds":0,"containers":[
        {"name":"web","image":"{{{Image}}}","imagePullPolicy":"Never","command":["httpd","-f","-p","80","-h","/"],"ports":[{"containerPort":80,"hostPort":{{{hostPort}}}}]},
        {"name":"neighbour","image":"{{{Image}}}","imagePullPolicy":"Never","command":["sleep","100000"]}]}}
        """);

    /// <summary>One container and no host port, as there are many of them.</summary>
    public static string Small(string name) => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}"},"spec":{"terminationGracePeriodSeconds":0,"containers":[
        {"name":"main","image":"{{{Image}}}","imagePullPolicy":"Never","command":["sleep","100000"]}]}}
        """;
}

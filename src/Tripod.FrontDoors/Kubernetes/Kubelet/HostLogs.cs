using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tripod.FrontDoors.Kubernetes.Kubelet;

/// <summary>The machine's own log files, as a kubelet shows them under <c>/logs/</c>: directories as lists of links, files as they are.</summary>
internal static class HostLogs
{
    /// <param name="root">What may be seen.</param>
    /// <param name="path">Below it.</param>
    /// <param name="asked">The path as asked, to tell whether it ends with a slash.</param>
    public static async Task AnswerAsync(HttpContext http, string root, IReadOnlyList<string> path, string asked)
    {
        if (http.Request.Method is not ("GET" or "HEAD"))
        {
            throw ApiException.MethodNotAllowed();
        }

        var found = Path.GetFullPath(Path.Combine([root, .. path.Where(part => part.Length > 0)]));
        var isInside = found == root || found.StartsWith($"{root}/", StringComparison.Ordinal);
        if (!isInside || path.Any(part => part is "." or "..") || LeadsOut(root, found))
        {
            throw ApiException.NoSuchPath();
        }

        if (Directory.Exists(found))
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            await http.Response.WriteAsync(Listing(found), http.RequestAborted).ConfigureAwait(false);
        }
        else if (File.Exists(found) && !asked.EndsWith('/') && (File.GetAttributes(found) & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0)
        {
            http.Response.ContentType = "text/plain; charset=utf-8";
            await using var file = new FileStream(found, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await file.CopyToAsync(http.Response.Body, http.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            throw ApiException.NoSuchPath();
        }
    }

    /// <summary>A link anywhere on the way could lead to files that are no logs.</summary>
    private static bool LeadsOut(string root, string path)
    {
        for (var part = path; part.Length > root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static string Listing(string directory)
    {
        var text = new StringBuilder("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n");
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var name = entry is DirectoryInfo ? $"{entry.Name}/" : entry.Name;
            text.Append($"<a href=\"{Uri.EscapeDataString(entry.Name)}{(entry is DirectoryInfo ? "/" : "")}\">{WebUtility.HtmlEncode(name)}</a>\n");
        }

        return text.Append("</pre>\n").ToString();
    }
}

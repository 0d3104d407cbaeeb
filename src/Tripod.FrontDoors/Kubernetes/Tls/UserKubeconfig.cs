using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Tls;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>Makes kubeconfigs for more users. <c>tripod kubeconfig create</c> asks it; the certificate is the whole of the account, nothing is stored.</summary>
public static class UserKubeconfig
{
    /// <summary>The X.509 limit of a common name.</summary>
    public const int LongestName = 64;

    /// <summary>May do everything.</summary>
    public static string FullGroup => UserIdentity.Administrators;

    /// <summary>May see everything but secrets.</summary>
    public static string ReadOnlyGroup => UserIdentity.Readers;

    /// <param name="pkiDirectory">Of the engine whose users they are.</param>
    /// <param name="server">The door's address: <c>https://127.0.0.1:6443</c>.</param>
    /// <param name="user">The name.</param>
    /// <param name="groups">What they may do is granted to these, or to the name.</param>
    /// <param name="lasts">How long the certificate is good.</param>
    /// <param name="space">The namespace to begin in; null: default.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="UnauthorizedAccessException">The authority's key is root's alone.</exception>
    public static string Create(string pkiDirectory, string server, string user, IReadOnlyList<string> groups, TimeSpan lasts, string? space, TimeProvider clock)
    {
        var authority = CertificateAuthority.LoadOrCreate(pkiDirectory, clock, NullLogger.Instance);
        return Kubeconfig.Text(server, authority.CertificatePem, user, Sign(authority, user, groups, lasts, clock.GetUtcNow()), space);
    }

    /// <summary>Keeps one where only its owner reads it.</summary>
    public static void Write(string path, string kubeconfig) => PrivateFile.Write(path, kubeconfig);

    internal static string Sign(CertificateAuthority authority, string user, IReadOnlyList<string> groups, TimeSpan lasts, DateTimeOffset now)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (var group in groups)
        {
            subject.AddOrganizationName(group);
        }

        subject.AddCommonName(user);
        return authority.Issue(subject.Build(), KeyPurpose.ClientAuthentication, names: null, now.AddHours(-1), now + lasts);
    }
}

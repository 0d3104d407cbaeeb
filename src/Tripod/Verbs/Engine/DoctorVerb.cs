using System.CommandLine;
using Tripod.Doctor;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod doctor</c>: what is wrong with this machine, and how to mend it. Ends with 1 where pods cannot run.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var options = new ServeOptions();
        var verb = new Command("doctor", "tell what is wrong with this machine, and how to mend it; ends with 1 where pods cannot run\n\n  sudo tripod doctor");
        options.AddTo(verb);
        verb.SetAction(async (parsed, _) =>
        {
            var facts = await HostReader.ReadAsync(EngineRecord.Apply(Serve.Engine.Options(options, parsed)), TimeProvider.System).ConfigureAwait(false);
            var findings = HostFindings.Of(facts);
            Console.WriteLine($"kernel {facts.Kernel}, cgroups v{facts.CgroupVersion}{(facts.SystemdRuns ? ", systemd" : "")}; {string.Join("; ", facts.Programs.Values.OfType<string>())}");
            foreach (var finding in findings.OrderByDescending(finding => finding.Severity))
            {
                Console.WriteLine($"{(finding.Severity == Severity.Fault ? "fault" : "warning")}: {finding.Problem}");
                Console.WriteLine($"  {finding.Remedy}");
            }

            if (findings.Count == 0)
            {
                Console.WriteLine("nothing is wrong");
            }

            return findings.Any(finding => finding.Severity == Severity.Fault) ? ExitCodes.Failure : 0;
        });
        return verb;
    }
}

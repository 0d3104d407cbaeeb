using System.CommandLine;
using System.CommandLine.Parsing;

namespace Tripod.Verbs;

/// <summary>A misspelt flag is refused: the parser would take it for the name of an object.</summary>
internal static class UnknownFlags
{
    private const string Separator = "--";

    /// <param name="command">And all below it.</param>
    /// <param name="words">As typed; what follows <c>--</c> is the container's.</param>
    public static void RefuseIn(Command command, IReadOnlyList<string> words)
    {
        var own = words.TakeWhile(word => word != Separator).Where(IsFlag).ToHashSet(StringComparer.Ordinal);
        // exec pod -c app -- sh -c …: one of the two is the container's, and the parser has taken the other for an option.
        own.ExceptWith(words.SkipWhile(word => word != Separator));
        Add(command, own);
    }

    private static void Add(Command command, HashSet<string> typed)
    {
        command.Validators.Add(result =>
        {
            var taken = result.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).FirstOrDefault(token => typed.Contains(token.Value));
            if (taken is not null)
            {
                result.AddError(Message(taken.Value));
            }
        });
        foreach (var verb in command.Subcommands)
        {
            Add(verb, typed);
        }
    }

    private static string Message(string flag) => flag.StartsWith(Separator, StringComparison.Ordinal)
        ? $"unknown flag: {flag.Split('=')[0]}"
        : $"unknown shorthand flag: '{flag[1]}' in {flag}";

    private static bool IsFlag(string word) => word.Length > 1 && word[0] == '-';
}

namespace Tripod.Client;

/// <summary>Scripts for shells; what completes a line is asked of tripod itself, so that they never grow old.</summary>
internal static class CompletionScripts
{
    private const string Bash = """
        _tripod() {
            local IFS=$'\n'
            COMPREPLY=($(tripod "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tripod tripod
        """;

    private const string Zsh = """
        #compdef tripod
        _tripod() {
            local completions
            completions=("${(@f)$(tripod "[suggest:${#BUFFER}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a completions
            _files
        }
        compdef _tripod tripod
        """;

    private const string Fish = """
        complete -c tripod -a '(tripod "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };
}

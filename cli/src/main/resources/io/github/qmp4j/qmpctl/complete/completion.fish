# Completion of qmpctl for fish: qmpctl completion fish | source, or save it as ~/.config/fish/completions/qmpctl.fish.
function __qmpctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program __complete -- $words "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -r '^.*=' '' -- "$current")
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c qmpctl -f -a '(__qmpctl_complete)'

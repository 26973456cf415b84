# Completion of svcgen in fish.
function __svcgen_complete
    set -l found (_SVCGEN_COMPLETE=(commandline -cp | string collect) svcgen 2>/dev/null)
    switch "$found[1]"
        case :files
            __fish_complete_path (commandline -ct)
        case :directories
            __fish_complete_directories (commandline -ct)
        case '*'
            printf '%s\n' $found
    end
end
complete --command svcgen --no-files --keep-order --arguments '(__svcgen_complete)'

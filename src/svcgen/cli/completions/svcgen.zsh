# Completion of svcgen in zsh.
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }

_svcgen() {
    local line value
    local -a whole partial
    for line in "${(@f)$(_SVCGEN_COMPLETE="${(j: :)words[1,CURRENT-1]} $PREFIX" svcgen 2>/dev/null)}"; do
        case $line in
            '') ;;
            :files) compset -P '*='; _files; return ;;
            :directories) _files -/; return ;;
            *)
                value=${line%%$'\t'*}
                if [[ $value == *[:=] ]]; then
                    partial+=("${value//:/\\:}:${line#*$'\t'}")
                else
                    whole+=("${value//:/\\:}:${line#*$'\t'}")
                fi
                ;;
        esac
    done
    _describe svcgen whole -- partial -S ''
}
compdef _svcgen svcgen

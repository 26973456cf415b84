# Completion of svcgen in bash.
_svcgen() {
    local IFS=$'\n' line=${COMP_LINE:0:COMP_POINT} found
    found=$(_SVCGEN_COMPLETE=$line svcgen 2>/dev/null)
    COMPREPLY=()
    case $found in
        :files) compopt -o default && return ;;
        :directories) compopt -o dirnames && return ;;
    esac
    # Readline replaces what follows the last colon or equals sign of a word, not the whole word.
    local word=${line##*[[:space:]]} breaks=${COMP_WORDBREAKS//[^:=]/} kept
    kept=${word%"${word##*[${breaks:-$'\n'}]}"}
    local candidate
    for candidate in $found; do
        candidate=${candidate%%$'\t'*}
        [[ $candidate == *[:=] ]] && compopt -o nospace
        COMPREPLY+=("${candidate#"$kept"}")
    done
}
complete -F _svcgen svcgen

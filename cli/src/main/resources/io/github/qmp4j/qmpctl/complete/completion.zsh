#compdef qmpctl
# Completion of qmpctl for zsh: eval "$(qmpctl completion zsh)", or save it as _qmpctl in a folder of $fpath.
_qmpctl() {
  local value description files
  local -a values shown starts startsShown
  while IFS=$'\t' read -r value description; do
    case $value in
      (:files) files=yes ;;
      (:*) ;;
      (*=) starts+=("$value") startsShown+=("$value${description:+  -- $description}") ;;
      (*) values+=("$value") shown+=("$value${description:+  -- $description}") ;;
    esac
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( ${#values} )) && compadd -l -d shown -a values
  (( ${#starts} )) && compadd -S '' -l -d startsShown -a starts
  [[ -z $files ]] || { compset -P '*='; _files; }
}
if [[ $funcstack[1] == _qmpctl ]]; then _qmpctl "$@"; else compdef _qmpctl qmpctl; fi

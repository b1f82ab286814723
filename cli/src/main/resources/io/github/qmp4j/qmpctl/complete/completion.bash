# Completion of qmpctl for bash: eval "$(qmpctl completion bash)", or save it as /etc/bash_completion.d/qmpctl.
_qmpctl() {
  local line=${COMP_LINE:0:COMP_POINT} current prefix value file
  local -a words
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=('')
  current=${words[${#words[@]} - 1]}
  # bash sees only what stands behind the last of these as the word.
  prefix=${current%"${current##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    case $value in
      :files)
        compopt -o filenames
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "${current##*[=:]}")
        ;;
      :*) ;;
      *)
        printf -v value '%q' "${value#"$prefix"}"
        COMPREPLY+=("$value")
        ;;
    esac
  done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -F _qmpctl qmpctl

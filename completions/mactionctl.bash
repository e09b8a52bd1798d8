# bash completion for mactionctl. Commands and options are asked of the program itself.

_mactionctl_offers() {
  mactionctl "$@" --help 2> /dev/null | awk '
    /^[^ ]/ { commands = /^(Subc|C)ommands:/ }
    /^  +-/ { gsub(",", " "); for (i = 1; i <= NF && $i ~ /^-/; ++i) print $i }
    commands && /^  +[a-z]/ { print $1 }'
}

_mactionctl_webhooks() {
  mactionctl status 2> /dev/null | awk '/^[A-Z]/ { here = /^WEBHOOK/; next } here && NF { print $1 }'
}

_mactionctl_regions() {
  mactionctl status 2> /dev/null | awk '/^[A-Z]/ { here = /^REGION/; next } here && NF { print $1 }'
}

_mactionctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local path=() offers word
  COMPREPLY=()
  case $prev in
    --socket | --config | --machines | --output)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --region)
      mapfile -t COMPREPLY < <(compgen -W "$(_mactionctl_regions)" -- "$cur")
      return
      ;;
    --webhook)
      mapfile -t COMPREPLY < <(compgen -W "$(_mactionctl_webhooks)" -- "$cur")
      return
      ;;
  esac
  offers=$(_mactionctl_offers)
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word != -* && $'\n'$offers$'\n' == *$'\n'"$word"$'\n'* ]] || continue
    path+=("$word")
    offers=$(_mactionctl_offers "${path[@]}")
  done
  case "${path[*]}" in
    'webhook test' | 'webhook pause' | 'webhook resume' | 'dlq show') offers+=$'\n'$(_mactionctl_webhooks) ;;
    'region retry') offers+=$'\n'$(_mactionctl_regions) ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offers" -- "$cur")
}

complete -F _mactionctl mactionctl

# bash completion for mactiond

_mactiond() {
  local cur=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    return
  fi
  mapfile -t COMPREPLY < <(
    compgen -W '--config --check-config --strict --print-config --changed --probe --region --webhook --send --json --version
      --help' -- "$cur"
  )
}

complete -F _mactiond mactiond

import { COMMANDS, type Offer, offerFor } from './completion-values.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

/** Completion for bash 4 or later: `source <(pcap2conn completion bash)`. */
export function bashCompletion(): string {
  const options = OPTION_TABLE.flatMap(namesOf).join(' ')
  const cases = OPTION_TABLE.filter(({ value }) => value !== undefined).map(
    (option) => `    ${namesOf(option).join('|')}) ${offerCommands(offerFor(option))}return ;;`,
  )
  return `# bash completion for pcap2conn
_pcap2conn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # "--gaps=zeros" is three words for bash
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $prev in
${cases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '${options}' -- "$cur"))
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${Object.keys(COMMANDS).join(' ')}' -- "$cur"))
  elif [[ $prev == completion ]]; then
    COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur"))
  fi
}
# where nothing is offered, bash completes file names
complete -o default -F _pcap2conn pcap2conn`
}

function namesOf({ name, letter }: OptionRow): string[] {
  return letter === undefined ? [`--${name}`] : [`-${letter}`, `--${name}`]
}

function offerCommands(offer: Offer): string {
  if (offer === 'files') return ''
  if (offer === 'folders') return 'compopt -o dirnames +o default; '
  if (offer === 'nothing') return 'compopt +o default; '
  return `COMPREPLY=($(compgen -W '${offer.join(' ')}' -- "$cur")); `
}

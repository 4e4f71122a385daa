import type { Offer } from '../config/option-row.js'
import { COMMAND_TABLE } from './command-table.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

/** Completion for bash 4 or later: `source <(pcap2conn completion bash)`. */
export function bashCompletion(): string {
  const commands = COMMAND_TABLE.map(({ name }) => name)
  const values = [
    ...valueCases('', OPTION_TABLE),
    ...COMMAND_TABLE.flatMap(({ name, options }) => valueCases(name, options)),
  ]
  return `# bash completion for pcap2conn
_pcap2conn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=
  COMPREPLY=()
  # "--gaps=zeros" is three words for bash
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
    ${commands.join('|')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
  case $command:$prev in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${[...COMMAND_TABLE.map(({ name, options }) => namesCase(name, options)), namesCase("''", OPTION_TABLE)].join('\n')}
    esac
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$cur"))
  else
    case $command in
${COMMAND_TABLE.map(({ name, offer }) => `    ${name}) ${offerCommands(offer)};;`).join('\n')}
    esac
  fi
}
# where nothing is offered, bash completes file names
complete -o default -F _pcap2conn pcap2conn`
}

// What is offered for the values of options; each belongs to a command ('': none).
function valueCases(command: string, options: readonly OptionRow[]): string[] {
  return options
    .filter(({ value }) => value !== undefined)
    .map((option) => {
      const words = namesOf(option).map((name) => `${command}:${name}`)
      return `    ${words.join('|')}) ${offerCommands(option.offer)}return ;;`
    })
}

function namesCase(command: string, options: readonly OptionRow[]): string {
  return `    ${command}) ${offerCommands(options.flatMap(namesOf))};;`
}

function namesOf({ name, letter }: OptionRow): string[] {
  return letter === undefined ? [`--${name}`] : [`-${letter}`, `--${name}`]
}

function offerCommands(offer: Offer | undefined): string {
  if (offer === 'files') return ''
  if (offer === 'folders') return 'compopt -o dirnames +o default; '
  if (offer === undefined) return 'compopt +o default; '
  return `COMPREPLY=($(compgen -W '${offer.join(' ')}' -- "$cur")); `
}

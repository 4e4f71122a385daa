import type { Offer } from '../config/option-row.js'
import { COMMAND_TABLE } from './command-table.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

/** Completion for zsh: as `_pcap2conn` in a folder of `$fpath`, or `source <(pcap2conn completion zsh)`. */
export function zshCompletion(): string {
  const commands = COMMAND_TABLE.map(({ name, help }) => `'${name}:${help}'`)
  return `#compdef pcap2conn
# zsh completion for pcap2conn
_pcap2conn_inputs() {
  if ((CURRENT == 2)); then
    local -a commands=(${commands.join(' ')})
    _describe -t commands command commands
  fi
  _files
}
_pcap2conn() {
  local -a specs
  local command=
  ((CURRENT > 2)) && command=$words[2]
  case $command in
${COMMAND_TABLE.map(commandCase).join('\n')}
  *)
    specs=(
      ${[...OPTION_TABLE.map(specOf), "'*:capture:_pcap2conn_inputs'"].join('\n      ')}
    ) ;;
  esac
  _arguments -s -S $specs
}
if [[ $funcstack[1] == _pcap2conn ]]; then
  _pcap2conn "$@"
else
  compdef _pcap2conn pcap2conn
fi`
}

// Removes the program's name from the words, so that a command completes like a separate program.
function commandCase({ name, operands, offer, options }: (typeof COMMAND_TABLE)[number]): string {
  const specs = [...options.map(specOf), `'*:${escaped(operands)}:${actionOf(offer)}'`]
  return `  ${name})
    shift words
    ((CURRENT--))
    specs=(
      ${specs.join('\n      ')}
    ) ;;`
}

function specOf(option: OptionRow): string {
  const { name, letter, value, isRepeatable } = option
  const help = `[${escaped(option.help)}]`
  const action = value === undefined ? '' : `:${value}:${actionOf(option.offer)}`
  if (letter === undefined) return `'${isRepeatable ? '*' : ''}--${name}${help}${action}'`
  const begin = isRepeatable ? `'*'` : `'(-${letter} --${name})'`
  return `${begin}{-${letter},--${name}}'${help}${action}'`
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function actionOf(offer: Offer | undefined): string {
  if (offer === 'files') return '_files'
  if (offer === 'folders') return '_files -/'
  return offer === undefined ? ' ' : `(${offer.join(' ')})`
}

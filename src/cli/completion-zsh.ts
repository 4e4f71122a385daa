import { COMMANDS, type Offer, offerFor } from './completion-values.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

/** Completion for zsh: as `_pcap2conn` in a folder of `$fpath`, or `source <(pcap2conn completion zsh)`. */
export function zshCompletion(): string {
  const commands = Object.entries(COMMANDS).map(([name, help]) => `'${name}:${help}'`)
  const specs = [...OPTION_TABLE.map(specOf), "'*:capture:_pcap2conn_inputs'"]
  return `#compdef pcap2conn
# zsh completion for pcap2conn
_pcap2conn_inputs() {
  if ((CURRENT == 2)); then
    local -a commands=(${commands.join(' ')})
    _describe -t commands command commands
    _files
  elif [[ $words[2] == completion ]]; then
    _values shell bash zsh fish
  else
    _files
  fi
}
_pcap2conn() {
  local -a specs=(
    ${specs.join('\n    ')}
  )
  _arguments -s -S $specs
}
if [[ $funcstack[1] == _pcap2conn ]]; then
  _pcap2conn "$@"
else
  compdef _pcap2conn pcap2conn
fi`
}

function specOf(option: OptionRow): string {
  const { name, letter, value, isRepeatable } = option
  const help = `[${escaped(option.help)}]`
  const action = value === undefined ? '' : `:${value}:${actionOf(offerFor(option))}`
  if (letter === undefined) return `'${isRepeatable ? '*' : ''}--${name}${help}${action}'`
  const begin = isRepeatable ? `'*'` : `'(-${letter} --${name})'`
  return `${begin}{-${letter},--${name}}'${help}${action}'`
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function actionOf(offer: Offer): string {
  if (offer === 'files') return '_files'
  if (offer === 'folders') return '_files -/'
  return offer === 'nothing' ? ' ' : `(${offer.join(' ')})`
}

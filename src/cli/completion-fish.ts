import { COMMANDS, type Offer, offerFor } from './completion-values.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

const BEGIN = 'complete -c pcap2conn'

/** Completion for fish: as `pcap2conn.fish` in `~/.config/fish/completions`, or `pcap2conn completion fish | source`. */
export function fishCompletion(): string {
  return [
    '# fish completion for pcap2conn',
    ...Object.entries(COMMANDS).map(
      ([name, help]) => `${BEGIN} -n __fish_is_first_arg -a ${name} -d ${quoted(help)}`,
    ),
    `${BEGIN} -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'`,
    ...OPTION_TABLE.map(lineOf),
  ].join('\n')
}

function lineOf(option: OptionRow): string {
  const letter = option.letter === undefined ? '' : ` -s ${option.letter}`
  const value = option.value === undefined ? '' : ` ${valueFlags(offerFor(option))}`
  return `${BEGIN}${letter} -l ${option.name}${value} -d ${quoted(option.help)}`
}

function valueFlags(offer: Offer): string {
  if (offer === 'files') return '-r -F'
  if (offer === 'folders') return "-x -a '(__fish_complete_directories)'"
  return offer === 'nothing' ? '-x' : `-x -a '${offer.join(' ')}'`
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

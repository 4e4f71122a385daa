import type { Offer } from '../config/option-row.js'
import { COMMAND_TABLE } from './command-table.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'

const BEGIN = 'complete -c pcap2conn'

/** Completion for fish: as `pcap2conn.fish` in `~/.config/fish/completions`, or `pcap2conn completion fish | source`. */
export function fishCompletion(): string {
  return `# fish completion for pcap2conn
function __pcap2conn_in --description 'whether the words before are those of a command, or of none'
    set -l words (commandline -opc)
    if contains -- "$words[2]" ${COMMAND_TABLE.map(({ name }) => name).join(' ')}
        test "$argv[1]" = "$words[2]"
    else
        test "$argv[1]" = none
    end
end
${[...COMMAND_TABLE.flatMap(commandLines), ...OPTION_TABLE.map((option) => optionLine('none', option))].join('\n')}`
}

function commandLines({ name, help, offer, options }: (typeof COMMAND_TABLE)[number]): string[] {
  const operands =
    offer === 'files' ? [] : [`${BEGIN} -n '__pcap2conn_in ${name}' ${valueFlags(offer, '-f')}`]
  return [
    `${BEGIN} -n __fish_is_first_arg -a ${name} -d ${quoted(help)}`,
    ...operands,
    ...options.map((option) => optionLine(name, option)),
  ]
}

function optionLine(command: string, option: OptionRow): string {
  const letter = option.letter === undefined ? '' : ` -s ${option.letter}`
  const value = option.value === undefined ? '' : ` ${valueFlags(option.offer, '-x')}`
  return `${BEGIN} -n '__pcap2conn_in ${command}'${letter} -l ${option.name}${value} -d ${quoted(option.help)}`
}

/** @param only What keeps files from being offered too. */
function valueFlags(offer: Offer | undefined, only: '-f' | '-x'): string {
  if (offer === 'files') return '-r -F'
  if (offer === 'folders') return `${only} -a '(__fish_complete_directories)'`
  return offer === undefined ? only : `${only} -a '${offer.join(' ')}'`
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

import { INSPECT_OPTIONS } from './inspect-command.js'
import { OPTION_GROUPS, OPTION_TABLE, type OptionRow } from './option-table.js'

const COLUMNS = 100
const HELP_FROM = 30

const HEAD = `pcap2conn: turns captures into connections, correct to the byte, on every core

Usage: pcap2conn [options] [FILE|GLOB|DIR|- ...]
       pcap2conn inspect [options] [FILE|GLOB|DIR|- ...]     what is in captures (inspect --help)
       pcap2conn index CAPTURES ... -o ARCHIVE               where connections are (index --help)
       pcap2conn get ARCHIVE UID ...                         some of them again (get --help)
       pcap2conn explain ARCHIVE UID                         one, packet by packet (explain --help)
       pcap2conn search PATTERN OUTDIR|ARCHIVE               which contain it (search --help)
       pcap2conn plan CAPTURES ... -o JOB                    tasks for several machines (plan, work,
                                                             finish, status --help)
       pcap2conn report OUT.html --from INDEX.jsonl          a page about them (report --help)
       pcap2conn view OUTDIR                                 a browser for them (view --help)
`

const INSPECT_HEAD = `pcap2conn inspect: says what is in captures, without converting them

Usage: pcap2conn inspect [options] [FILE|GLOB|DIR|- ...]

Format, interfaces, packets and bytes, time span, snaplen cuts, drops, protocols by the innermost
headers, VLANs and tunnels around them, damage: as a table for each capture. An input of the name
inspect is ./inspect, or -r inspect.
`

const INSPECT_EXAMPLES = `Examples:
  pcap2conn inspect capture.pcapng
  pcap2conn inspect "day1/*.pcap.gz" --json
  tcpdump -w - -c 1000 | pcap2conn inspect -

Exit codes: 0 done, 1 an input could not be read whole (the message names it), 2 bad usage,
75 for want of memory, disk, network or descriptors`

const EXAMPLES = `Examples:
  pcap2conn capture.pcap -o out                 every connection of one capture, a file each
  pcap2conn -r "day1/*.pcap*" -o out -sm        many captures as one, sides apart, with metadata
  pcap2conn captures/ --per-file -o out         a folder, each capture alone
  pcap2conn a.pcap --no-write --index -         only what connections there are, as JSON lines
  pcap2conn -i eth0 -e "port 80" -o out         live, until Ctrl-C
  tcpdump -w - | pcap2conn - -cj                payload of standard input as JSON lines

Exit codes: 0 done, 1 an input is damaged or an output exists (and is named), 2 bad usage, 70 a bug,
75 not final for want of memory, disk, network or descriptors: try again, 129 to 143 interrupted`

/** The text of `--help`; no line is longer than 100 columns. */
export function helpText(): string {
  const groups = OPTION_GROUPS.map((group) => {
    const rows = OPTION_TABLE.filter((row) => row.group === group)
    return `${group}:\n${rows.map(optionHelp).join('\n')}\n`
  })
  return [HEAD, ...groups, EXAMPLES].join('\n')
}

/** The text of `inspect --help`. */
export function inspectHelpText(): string {
  return [INSPECT_HEAD, `${commandHelp(INSPECT_OPTIONS)}\n`, INSPECT_EXAMPLES].join('\n')
}

/** The options of a command as lines of its help. */
export function commandHelp(table: readonly OptionRow[]): string {
  return `Options:\n${table.map(optionHelp).join('\n')}`
}

/** An option in the help; later lines are indented. */
export function optionHelp(row: OptionRow): string {
  const letter = row.letter === undefined ? '    ' : `-${row.letter}, `
  const value = row.value === undefined ? '' : ` ${row.value}`
  const left = `  ${letter}--${row.name}${value}`.padEnd(HELP_FROM)
  return left + wrap(row.help, COLUMNS - HELP_FROM).join(`\n${' '.repeat(HELP_FROM)}`)
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

import { pathOf } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import type { Command } from './arguments.js'
import { runCommand } from './arguments.js'
import { commandHelp } from './help.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'

/** The first argument that asks for an archive. */
export const INDEX = 'index'

/** Options of a conversion that an index has, too. */
const SHARED = new Set([
  'input-file',
  'merge',
  'filter',
  'link-type',
  'no-decap',
  'decode-as',
  'shard',
  'seed',
  'seed-file',
  'dedup',
  'key',
  'overlap',
  'tcp-timeout',
  'udp-timeout',
  'max-bytes',
  'no-service',
  'hash',
  'workers',
  'memory',
  'max-file-desc',
  'force',
  'progress',
  'quiet',
  'help',
])

/** Options of the index, in the order of its help. */
export const INDEX_OPTIONS: readonly OptionRow[] = [
  {
    name: 'output-dir',
    letter: 'o',
    value: 'DIR',
    offer: 'folders',
    help: 'the archive: a folder, made if absent',
  },
  {
    name: 'resume',
    help: 'an archive that is there grows: made again if there are new captures, or one has changed; otherwise it stays',
  },
  ...OPTION_TABLE.filter(({ name }) => SHARED.has(name)),
]

const HEAD = `pcap2conn index: says which connections are in captures, and where their packets stand

Usage: pcap2conn index -o ARCHIVE [options] FILE|GLOB|DIR ...

Writes no payload. ARCHIVE is a folder with connections.parquet (a record of each connection),
packets.map, inputs.json and summary.json; pcap2conn get has any of the connections again from it.
`

const EXAMPLES = `Examples:
  pcap2conn index captures/ -o archive
  pcap2conn index captures/ -o archive --resume       # once more, when captures may have been added
  pcap2conn get archive CHhAvVGS1DHFjwGM9S -o out

Exit codes: those of pcap2conn`

/**
 * What the arguments behind `index` ask for.
 *
 * @returns A run, or the text of the help.
 * @throws ConfigError
 */
export async function indexCommand(args: readonly string[]): Promise<(Command & { kind: 'run' }) | string> {
  const { values, plain } = await parseOptions(args, INDEX_OPTIONS, INDEX)
  if (values.help === true) return [HEAD, commandHelp(INDEX_OPTIONS), '', EXAMPLES].join('\n')
  const { 'output-dir': folder, resume, ...options } = values
  if (folder === undefined) throw new ConfigError('No archive: name its folder with -o/--output-dir')
  const map = pathOf('-o/--output-dir', folder)
  if (resume !== true) return runCommand({ ...options, map, 'no-write': true }, plain, null)
  const { isArchive } = await import('../archive/kept-archive.js')
  const force = options.force === true || isArchive(map) // nothing else is replaced
  return { ...runCommand({ ...options, map, 'no-write': true, force }, plain, null), keeps: map }
}

import { type Archive, openArchive } from '../archive/archive.js'
import { archiveConfig } from '../archive/archive-config.js'
import type { Copies } from '../archive/capture-copies.js'
import { connectionNotes, cutShort } from '../archive/cut-short.js'
import type { Entry } from '../archive/map-entry.js'
import { InputPaths, inputsOf, Picks, picked, type Wanted, wantedOf } from '../archive/picks.js'
import type { Config, RawOptions } from '../config/config.js'
import { choiceOf, pathOf } from '../config/option-values.js'
import { CaptureFormatError, ConfigError } from '../errors.js'
import { bytesText, countText } from '../figures.js'
import { isFolder } from '../report/find-index.js'
import { isZipPath } from '../zip-path.js'
import { ROOT_OPTION } from './archive-options.js'
import { foundIn, queryOf, uidsOf } from './asked-uids.js'
import { ExitCode, exitCodeOf, strongest } from './exit-codes.js'
import { commandHelp } from './help.js'
import { Interruption } from './interruption.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { problemLines } from './run-lines.js'
import { alarming, type Terminal, waitForFlush } from './terminal.js'

/** The first argument that asks for connections of an archive. */
export const GET = 'get'

const FORMS = ['files', 'sides', 'json', 'hex', 'pcap'] as const
const SHARED = new Set(['chunks-header', 'gaps', 'utc', 'force', 'quiet', 'help'])

/** Options of `get`, in the order of its help. */
export const GET_OPTIONS: readonly OptionRow[] = [
  {
    name: 'as',
    value: 'FORM',
    offer: FORMS,
    help: 'files (default), sides (a file per direction), json (a line per chunk), hex (on standard output) or pcap (the packets, as pcapng)',
  },
  {
    name: 'output-dir',
    letter: 'o',
    value: 'DIR',
    offer: 'folders',
    help: 'where files go, made if absent (default: .), or NAME.zip; - for standard output: one connection, or the packets of all',
  },
  {
    name: 'where',
    value: 'QUERY',
    help: "the connections whose fields fit, such as 'resp_bytes > 1M and port = 443'",
  },
  ROOT_OPTION,
  {
    name: 'index',
    value: 'FILE',
    offer: 'files',
    help: 'of a ZIP archive: the index of its connections (default: the one in it or beside it)',
  },
  ...OPTION_TABLE.filter(({ name }) => SHARED.has(name)),
]

const HEAD = `pcap2conn get: connections of an archive, as a conversion would have written them

Usage: pcap2conn get ARCHIVE UID ... [options]
       pcap2conn get ARCHIVE - [options]       uids from standard input
       pcap2conn get ARCHIVE --where QUERY [options]
       pcap2conn get NAME.zip ...              files of a ZIP archive (-o NAME.zip), as they are

Reads only the packets of these connections in the captures that were indexed (pcap2conn index, --map).
`

const EXAMPLES = `Examples:
  pcap2conn get archive CHhAvVGS1DHFjwGM9S -o out
  pcap2conn get archive CHhAvVGS1DHFjwGM9S --as hex
  pcap2conn get archive --where 'host in 10.0.0.0/8 and resp_bytes > 1M' -o out
  duckdb -csv -c "select uid from 'archive/connections.parquet' where resp_bytes > 1e6" | pcap2conn get archive - -o out

Exit codes: 0 done, 1 a connection is not there, or its captures are missing or changed, 2 bad usage`

/**
 * Writes the connections that the arguments name.
 *
 * @param args The arguments after `get`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function get(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, GET_OPTIONS, GET)
  const { stdout, stderr } = terminal
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(GET_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const [folder, ...names] = plain
  if (folder === undefined)
    throw new ConfigError('No archive: name the folder that pcap2conn index has written')
  const query = values.where === undefined ? null : queryOf(String(values.where), names)
  const named = query === null ? await uidsOf(names, terminal) : []
  const path = pathOf('ARCHIVE', folder)
  if (isZipPath(path) && !isFolder(path)) {
    const { getFromZip } = await import('./get-from-zip.js')
    return getFromZip(path, named, query, values, terminal)
  }
  if (values.index !== undefined)
    throw new ConfigError(`Cannot use --index with ${printable(path)}: an archive has its own`)
  const archive = openArchive(path)
  try {
    const uids = query === null ? named : await foundIn(archive, query)
    if (uids.length === 0 && query !== null && values.quiet !== true)
      stderr.write('No connection fits the query\n')
    const config = configOf(values, archive, uids.length)
    const paths = new InputPaths(archive, values.root === undefined ? null : pathOf('--root', values.root))
    const failures: string[] = uids.length === 0 && query === null ? ['No uid on standard input'] : []
    const leftOut = new Map<string, number>()
    const wanted: Wanted[] = []
    for (const uid of uids) {
      const found = wantedOf(archive, uid)
      const problems = found === null ? [] : [...inputsOf(found)].map((input) => paths.problemOf(input))
      const problem = problems.find((text) => text !== null)
      if (found === null) failures.push(`No connection ${uid} in "${archive.folder}"`)
      else if (problem !== undefined && problem !== null)
        leftOut.set(problem, (leftOut.get(problem) ?? 0) + 1)
      else wanted.push(found)
    }
    for (const [problem, count] of leftOut)
      failures.push(
        `${problem}: ${countText(count)} ${count === 1 ? 'connection is' : 'connections are'} left out`,
      )
    const code =
      wanted.length === 0 ? ExitCode.OK : await write(config, archive, paths, wanted, terminal, values)
    for (const line of failures) stderr.write(`${alarming(printable(`pcap2conn: ${line}`), stderr)}\n`)
    return strongest(code, failures.length > 0 ? ExitCode.FAILED : ExitCode.OK)
  } finally {
    archive.map.close()
  }
}

function configOf(values: Readonly<Record<string, unknown>>, archive: Archive, connections: number): Config {
  const form = choiceOf('--as', values.as, 'files', FORMS)
  const isHex = form === 'hex'
  const folder = values['output-dir'] ?? (isHex ? '-' : undefined)
  const toConsole = folder === '-'
  if (isHex && !toConsole)
    throw new ConfigError('Cannot use --as hex with -o/--output-dir: it is for standard output')
  if (toConsole && form === 'sides')
    throw new ConfigError('Cannot use --as sides with -o -: they are two files')
  const isPcap = form === 'pcap'
  if (isPcap && isZipPath(String(folder)))
    throw new ConfigError('Cannot use --as pcap with -o NAME.zip: packets go into files')
  if (toConsole && connections > 1 && !isPcap)
    throw new ConfigError(
      `Cannot use -o - with ${connections} connections: standard output can carry only one of them`,
    )
  return archiveConfig(archive, {
    writeToConsole: toConsole && !isPcap,
    noWrite: isPcap,
    hex: isHex,
    json: form === 'json',
    separateSides: form === 'sides',
    outputDir: toConsole ? undefined : folder,
    chunksHeader: values['chunks-header'],
    gaps: values.gaps,
    utc: values.utc,
    force: values.force,
  } as RawOptions)
}

async function write(
  config: Config,
  archive: Archive,
  paths: InputPaths,
  wanted: readonly Wanted[],
  { stdout, stderr }: Terminal,
  values: Readonly<Record<string, unknown>>,
): Promise<number> {
  const isQuiet = values.quiet === true
  const isPcap = values.as === 'pcap'
  const packetsTo = values['output-dir'] === '-' ? stdout : null
  const say = (line: string) => stderr.write(`${line}\n`)
  const interruption = new Interruption(stdout, {
    onSignal: () => say('Interrupted: writing out what was received (once more: stop at once)'),
    onStdoutError: (error) => say(`pcap2conn: Cannot write to standard output: ${printable(error.message)}`),
  })
  try {
    const picks = new Picks(archive, paths.found, wanted)
    const { runPicked } = await import('../pipeline/run-picked.js')
    const summary = await runPicked(
      config,
      { signal: interruption.signal, stdout, isTerminal: stdout.isTTY === true },
      picks,
    )
    for (const line of problemLines(summary)) say(alarming(line, stderr))
    const copies = isPcap ? await copyPackets(config, archive, paths, wanted, picks, packetsTo) : null
    const bytes = copies?.bytes ?? summary.bytes.written
    const problems = [...(copies?.problems ?? []), ...cutShort(wanted, picks, summary)]
    for (const problem of problems) say(alarming(printable(`pcap2conn: ${problem}`), stderr))
    await waitForFlush(stdout)
    const missed = wanted.filter(({ entry }) => !picks.names.has(entry.uid))
    for (const { entry } of missed) say(alarming(`pcap2conn: Cannot have ${entry.uid} again`, stderr))
    if (!isQuiet) for (const line of notesOn(wanted, bytes)) say(line)
    const code = strongest(interruption.exitCode ?? ExitCode.OK, exitCodeOf(summary))
    return strongest(code, missed.length + problems.length > 0 ? ExitCode.FAILED : ExitCode.OK)
  } finally {
    interruption.release()
  }
}

// The packets of connections whose names are known by now.
async function copyPackets(
  { outputDir, force }: Config,
  archive: Archive,
  paths: InputPaths,
  wanted: readonly Wanted[],
  { names }: Picks,
  stdout: Terminal['stdout'] | null,
): Promise<Copies> {
  const { copyToFiles, copyToStream } = await import('../archive/capture-copies.js')
  const copied = wanted.flatMap(({ entry }) => {
    const name = names.get(entry.uid)
    return name === undefined ? [] : [{ entry, name }]
  })
  const packetsOf = (entries: readonly Entry[]) => picked(archive, paths.found, entries, () => true)
  if (stdout === null) return copyToFiles(copied, packetsOf, outputDir, force)
  const entries = copied.map(({ entry }) => entry)
  let bytes = 0
  try {
    await copyToStream(entries, packetsOf(entries), (part) => {
      bytes += part.length
      return stdout.write(part) ? undefined : waitForFlush(stdout)
    })
    return { bytes, problems: [] }
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error
    return { bytes, problems: [error.message] }
  }
}

function notesOn(wanted: readonly Wanted[], bytes: number): string[] {
  const noun = wanted.length === 1 ? 'connection' : 'connections'
  return [...connectionNotes(wanted), `${countText(wanted.length)} ${noun}, ${bytesText(bytes)} written`]
}

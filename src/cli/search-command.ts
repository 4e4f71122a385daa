import { availableParallelism } from 'node:os'
import { choiceOf, integerOf, pathOf } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import { bytesText, countText } from '../figures.js'
import type { Pattern } from '../search/pattern.js'
import type { SideHit } from '../view/search/conversation-search.js'
import type { Found } from '../view/search/record-search.js'
import type { SearchOptions } from '../view/search/search-connections.js'
import { RESULTS_OPTIONS } from './archive-options.js'
import { ExitCode, strongest } from './exit-codes.js'
import { commandHelp } from './help.js'
import { Interruption } from './interruption.js'
import { OPTION_TABLE, type OptionRow, PROGRESS_MODES } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { refuseOtherFormats } from './report-command.js'
import { alarming, type Terminal, takesControls, waitForFlush } from './terminal.js'

/** The first argument that asks for a search. */
export const SEARCH = 'search'

const MOST_CONTEXT = 1000
const MOST_HITS = 1000
const MOST_WORKERS = 1024
/** Problems that are told; more are counted. */
const MOST_PROBLEMS = 100
const PROGRESS_MS = { often: 2_000, seldom: 10_000 } as const
const SHARED = new Set(['progress', 'quiet', 'help'])

/** Options of `search`, in the order of its help. */
export const SEARCH_OPTIONS: readonly OptionRow[] = [
  { name: 'hex', help: "PATTERN is bytes in hexadecimal, such as '16 03 01'" },
  { name: 'regex', help: 'PATTERN is a regular expression of RE2, such as "Cookie: [^;]+"' },
  { name: 'ignore-case', help: 'letters of ASCII are found in either case' },
  { name: 'json', letter: 'j', help: 'a line of JSON for each match' },
  {
    name: 'context',
    value: 'N',
    help: `bytes to show on both sides of a match (default: 32, at most ${MOST_CONTEXT})`,
  },
  {
    name: 'max-hits',
    value: 'N',
    help: `matches to show of each side of a connection (default: 100, at most ${MOST_HITS}); more are counted`,
  },
  ...RESULTS_OPTIONS,
  { name: 'workers', value: 'N', help: 'threads (default: as many as processors); an archive takes one' },
  ...OPTION_TABLE.filter(({ name }) => SHARED.has(name)),
]

const HEAD = `pcap2conn search: which connections contain a text, bytes or a regular expression, and where

Usage: pcap2conn search PATTERN OUTDIR|NAME.zip|ARCHIVE [options]

Searches what each side sent, across its packets, but not across bytes that the capture lost; text as UTF-8 and
UTF-16LE. Prints uid, side, offset in the stream, length and what stands around it. In files that do not tell the
sides apart (no -d, -s or -j), the side is - and the offset is that in the file. What is compressed or encrypted
is searched as it is.
`

const EXAMPLES = `Examples:
  pcap2conn search password out
  pcap2conn search --regex 'Cookie: [^;]+' --ignore-case archive --json
  pcap2conn search --hex '4d 5a 90 00' archive | pcap2conn get archive - -o out

Exit codes: 0 done, with or without a match, 1 something could not be searched (and is named), 2 bad usage`

type Values = Readonly<Record<string, unknown>>

/** What a search has come to. */
interface Totals {
  connections: number
  bytes: number
  matches: number
  matching: number
  notShown: number
}

/**
 * Searches what the arguments name.
 *
 * @param args The arguments after `search`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function search(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, SEARCH_OPTIONS, SEARCH)
  const { stdout, stderr } = terminal
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(SEARCH_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const options = await optionsOf(values, plain)
  const isQuiet = values.quiet === true
  const progress = choiceOf('--progress', values.progress, 'auto', PROGRESS_MODES)
  if (isQuiet && progress === 'always') throw new ConfigError('Cannot use -q/--quiet with --progress always')
  const say = (text: string) => stderr.write(`${alarming(printable(`pcap2conn: ${text}`), stderr)}\n`)
  const interruption = new Interruption(stdout, {
    onSignal: () => stderr.write('Interrupted: what was found so far is above\n'),
    onStdoutError: (error) => say(`Cannot write to standard output: ${error.message}`),
  })
  const totals: Totals = { connections: 0, bytes: 0, matches: 0, matching: 0, notShown: 0 }
  const problems = new Set<string>()
  const everyMs = progress === 'always' || takesControls(stderr) ? PROGRESS_MS.often : PROGRESS_MS.seldom
  // Between lines on the same terminal it would be in the way.
  const isInTheWay = stderr.isTTY === true && stdout.isTTY === true
  const isShown = !isQuiet && progress !== 'never' && !isInTheWay
  const timer = isShown ? setInterval(() => stderr.write(`${totalsText(totals)}\n`), everyMs) : undefined
  try {
    if (values.json !== true) stdout.write('uid\tside\toffset\tbytes\tcontext\n')
    const { searchConnections } = await import('../view/search/search-connections.js')
    await searchConnections({ ...options, signal: interruption.signal }, async (batch) => {
      for (const found of batch) take(found, totals, problems)
      const lines = batch.flatMap(values.json === true ? jsonLines : textLines)
      if (lines.length > 0) stdout.write(lines.join(''))
      await waitForFlush(stdout)
    })
  } finally {
    clearInterval(timer)
    interruption.release()
  }
  for (const problem of [...problems].slice(0, MOST_PROBLEMS)) say(problem)
  if (problems.size > MOST_PROBLEMS) say(`${countText(problems.size - MOST_PROBLEMS)} more problems`)
  if (!isQuiet) stderr.write(`${totalsText(totals)}\n`)
  return strongest(interruption.exitCode ?? ExitCode.OK, problems.size > 0 ? ExitCode.FAILED : ExitCode.OK)
}

async function optionsOf(
  values: Values,
  [text, folder, other]: readonly string[],
): Promise<Omit<SearchOptions, 'signal'>> {
  if (text === undefined || folder === undefined)
    throw new ConfigError('No pattern or no folder: name what to look for, and where')
  if (other !== undefined)
    throw new ConfigError(`Cannot use ${printable(other)}: one folder is searched at a time`)
  if (values.hex === true && values.regex === true)
    throw new ConfigError('Cannot use --hex with --regex: a pattern is one or the other')
  const kind = values.hex === true ? 'hex' : values.regex === true ? 'regex' : 'text'
  const pattern: Pattern = { kind, text, isAnyCase: values['ignore-case'] === true }
  const { matcherOf } = await import('../search/pattern.js')
  await matcherOf(pattern)
  const indexPath = values.index === undefined ? null : pathOf('--index', values.index)
  if (indexPath !== null) refuseOtherFormats(indexPath)
  return {
    outputDir: pathOf('OUTDIR', folder),
    indexPath,
    root: values.root === undefined ? null : pathOf('--root', values.root),
    pattern,
    limits: {
      context: integerOf('--context', values.context, 32, 0, MOST_CONTEXT),
      mostHits: integerOf('--max-hits', values['max-hits'], 100, 1, MOST_HITS),
    },
    workers: integerOf('--workers', values.workers, availableParallelism(), 1, MOST_WORKERS),
  }
}

function take({ hits, more, bytes, problems: own }: Found, totals: Totals, problems: Set<string>): void {
  totals.connections += 1
  totals.bytes += bytes
  totals.matches += hits.length + more
  totals.matching += hits.length > 0 ? 1 : 0
  totals.notShown += more
  for (const problem of own) problems.add(problem)
}

function textLines({ uid, hits }: Found): string[] {
  return hits.map(({ side, offset, length, before, match, after }) => {
    const context = [before, match, after].map(escaped).join('')
    return `${[printable(uid), side ?? '-', offset, length, context].join('\t')}\n`
  })
}

function jsonLines({ uid, hits }: Found): string[] {
  const record = ({ side, offset, length, before, match, after }: SideHit) =>
    JSON.stringify({ uid, side, offset, length, before, match, after })
  return hits.map((hit) => `${record(hit).replace(/[\x7f-\xff]/g, unicodeEscape)}\n`)
}

function unicodeEscape(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16).toUpperCase()}`
}

// Bytes that are no printable ASCII, and \, as \xNN.
function escaped(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    return `\\x${hex}`
  })
}

function totalsText({ connections, bytes, matches, matching, notShown }: Totals): string {
  const places = `${countText(matches)} ${matches === 1 ? 'match' : 'matches'} in ${countText(matching)} of`
  const searched = `${countText(connections)} connections, ${bytesText(bytes)} searched`
  return `${places} ${searched}${notShown === 0 ? '' : `, ${countText(notShown)} matches not shown (--max-hits)`}`
}

import { basename, dirname, join } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import { pathOf } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import { isThere, refuseExisting } from '../existing-outputs.js'
import { bytesText, countText } from '../figures.js'
import { ExitCode } from './exit-codes.js'
import { commandHelp } from './help.js'
import type { OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { pagePathOf } from './run-report.js'
import type { Terminal } from './terminal.js'

/** The first argument that asks for a report. */
export const REPORT = 'report'

/** Options of the report, in the order of its help. */
export const REPORT_OPTIONS: readonly OptionRow[] = [
  {
    name: 'from',
    value: 'FILE',
    offer: 'files',
    help: 'index of the connections (--index FILE.jsonl or FILE.parquet), or an archive',
  },
  {
    name: 'summary',
    value: 'FILE',
    offer: 'files',
    help: "the run's totals, as --summary FILE writes them: for the capture's health (default: those of an archive)",
  },
  {
    name: 'output-dir',
    letter: 'o',
    value: 'DIR',
    offer: 'folders',
    help: "the run's output folder, to which links lead (default: the index's folder)",
  },
  { name: 'title', value: 'TEXT', help: "the page's title (default: the index's name)" },
  { name: 'force', help: 'replace the page when it exists' },
  { name: 'quiet', letter: 'q', help: 'only errors on standard error' },
  { name: 'help', letter: 'h', help: 'print this help and exit' },
]

const HEAD = `pcap2conn report: one page about the connections of a run

Usage: pcap2conn report OUT.html --from INDEX [options]
       pcap2conn report FOLDER [options]       FOLDER/report.html about an archive or output folder

Traffic over time, endpoints, ports, sizes, durations, states, gaps and conflicts, and the largest, most
damaged and longest connections with links to their files. The page is one file and needs no network.
`

const EXAMPLES = `Examples:
  pcap2conn a.pcap -o out --index out/index.jsonl --summary out/summary.json
  pcap2conn report out/report.html --from out/index.jsonl --summary out/summary.json
  pcap2conn a.pcap -o out --report out/report.html         the same, during the run
  pcap2conn report archive                                 what pcap2conn index has written

Exit codes: 0 done, 1 an input could not be read or the page exists, 2 bad usage, 75 no room for the page`

/**
 * Writes the page that the arguments ask for.
 *
 * @param args The arguments after `report`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function report(args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, REPORT_OPTIONS, REPORT)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(REPORT_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const [name, other] = plain
  if (name === undefined)
    throw new ConfigError('No output: name the page to write, such as report.html, or the folder of a run')
  if (other !== undefined)
    throw new ConfigError(
      `Cannot use ${printable(other)}: a report is one page, its index is named by --from`,
    )
  const { isFolder, isArchive, findIndex } = await import('../report/find-index.js')
  const isOfFolder = !/\.html?$/i.test(name) && isFolder(pathOf('OUT.html', name))
  if (isOfFolder && values.from !== undefined)
    throw new ConfigError(`Cannot use --from with ${printable(name)}: a folder has its own index`)
  if (!isOfFolder && values.from === undefined)
    throw new ConfigError('No index: name one with --from INDEX.jsonl')
  const from = isOfFolder ? name : pathOf('--from', values.from)
  refuseOtherFormats(from)
  const path = isOfFolder ? join(name, 'report.html') : pagePathOf('OUT.html', name)
  refuseExisting([path], values.force === true)
  const archive = isArchive(from) ? from : null
  const indexPath = isOfFolder || archive !== null ? findIndex(from) : from
  const { readSummary, writeReport } = await import('../report/write-report.js')
  const summary = values.summary === undefined ? summaryOf(archive) : pathOf('--summary', values.summary)
  const written = await writeReport({
    path,
    indexPath,
    outputDir: outputDirOf(values['output-dir'], archive, indexPath),
    summary: summary === null ? null : readSummary(summary),
    title: typeof values.title === 'string' ? values.title : `Connections of ${basename(from)}`,
    source: basename(from),
  })
  if (values.quiet !== true) {
    const { connections, bytes } = written
    const noun = connections === 1 ? 'connection' : 'connections'
    stderr.write(
      `${printable(`Report on ${countText(connections)} ${noun}: ${path} (${bytesText(bytes)})`)}\n`,
    )
  }
  return ExitCode.OK
}

// The totals of an archive.
function summaryOf(archive: string | null): string | null {
  const path = archive === null ? null : archivePaths(archive).summary
  return path !== null && isThere(path) ? path : null
}

function outputDirOf(given: unknown, archive: string | null, indexPath: string): string | null {
  if (given !== undefined) return pathOf('-o/--output-dir', given)
  return archive === null ? dirname(indexPath) : null
}

/** @throws ConfigError for an index that is neither JSON lines nor Parquet by its name. */
export function refuseOtherFormats(indexPath: string): void {
  if (/\.(csv|log)$/i.test(indexPath))
    throw new ConfigError(
      `Cannot use ${printable(indexPath)}: must be an index of JSON lines or Parquet (--index FILE.jsonl)`,
    )
}

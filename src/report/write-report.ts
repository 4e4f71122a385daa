import fs from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { failureReason, InputError, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import type { Summary } from '../summary.js'
import { shownPath, systemPath } from '../system-path.js'
import { packageVersion } from '../version.js'
import { writeWholeFile } from '../whole-file.js'
import { isZipPath } from '../zip-path.js'
import { captureHealth } from './capture-health.js'
import { objectOf } from './connection-record.js'
import { IndexTotals } from './index-totals.js'
import { reportPage } from './page.js'
import { openRecordIndex } from './record-index.js'
import type { Row } from './report-data.js'
import { isSummary } from './summary-shape.js'

const MAX_SUMMARY_BYTES = 64 * 1024 * 1024

/** What {@link writeReport} needs. */
export interface ReportOptions {
  /** The page to write. An existing file is replaced, atomically. */
  readonly path: string
  /** An index in JSON lines or Parquet. */
  readonly indexPath: string
  /** The run's output folder, where the links point; null: the index's folder, if files of connections are there. */
  readonly outputDir: string | null
  readonly summary: Summary | null
  readonly title: string
  /** What the report was made from, as the page shows it. */
  readonly source: string
}

/**
 * Reads an index in bounded memory and writes the report page.
 *
 * @returns The number of connections in the index and the size of the page in bytes.
 * @throws InputError when the index cannot be read, with the offset of a bad record; OutputError when the page cannot be
 *         written.
 */
export async function writeReport(options: ReportOptions): Promise<{ connections: number; bytes: number }> {
  const { path, indexPath } = options
  const totals = new IndexTotals()
  const index = await openRecordIndex(indexPath)
  try {
    while (await index.next((record) => totals.add(record)));
  } finally {
    await index.close()
  }
  const result = totals.result()
  const outputDir = options.outputDir ?? folderOfFiles(dirname(indexPath), result.rows)
  const page = reportPage(shownPath(options.title), {
    version: packageVersion(),
    source: shownPath(options.source),
    filesAddress:
      outputDir === null || isZipPath(outputDir) ? null : relativeAddress(dirname(path), outputDir),
    ...result,
    health: options.summary === null ? null : captureHealth(options.summary),
  })
  replaceFile(path, page)
  return { connections: result.totals.connections, bytes: Buffer.byteLength(page) }
}

// The folder, if it has the file of a connection.
function folderOfFiles(folder: string, rows: readonly Row[]): string | null {
  const file = rows.find(({ origFile }) => origFile !== null)?.origFile
  return file !== undefined && file !== null && isThere(join(folder, file)) ? folder : null
}

/**
 * Reads a summary that `--summary` wrote.
 *
 * @throws InputError naming the file when it cannot be read or is not a summary.
 */
export function readSummary(path: string): Summary {
  const summary = objectOf(textOf(path))
  if (!isSummary(summary))
    throw new InputError(`Cannot read "${path}": must be a summary written by --summary`, path)
  return summary
}

function textOf(path: string): string {
  try {
    const { size } = fs.statSync(systemPath(path))
    if (size > MAX_SUMMARY_BYTES) throw new Error(`must be at most ${MAX_SUMMARY_BYTES} bytes long`)
    return fs.readFileSync(systemPath(path), 'utf8')
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
  }
}

/** The relative URL from one folder to another: `./`, `../out/`. Each name is percent-encoded. */
export function relativeAddress(from: string, to: string): string {
  const names = relative(resolve(from), resolve(to)).split(sep)
  const address = names
    .filter((name) => name !== '')
    .map(addressOf)
    .join('/')
  if (address === '') return './'
  return address.startsWith('..') ? `${address}/` : `./${address}/`
}

function addressOf(name: string): string {
  const bytes = systemPath(name)
  if (typeof bytes === 'string') return encodeURIComponent(bytes)
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? encodeURIComponent(String.fromCharCode(byte)) : `%${byte.toString(16).toUpperCase()}`,
  ).join('')
}

function replaceFile(path: string, text: string): void {
  try {
    writeWholeFile(path, text)
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}

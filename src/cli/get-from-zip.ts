import { once } from 'node:events'
import { join } from 'node:path'
import { pathOf } from '../config/option-values.js'
import { ConfigError, InputError, OutputError } from '../errors.js'
import { bytesText, countText } from '../figures.js'
import type { Query } from '../query/where.js'
import type { RecordFields } from '../report/record-index.js'
import { unpackEntry } from '../unzip/unpack-entry.js'
import type { ZipRecord } from '../unzip/zip-directory.js'
import { ZipFile } from '../unzip/zip-file.js'
import { isZipPath } from '../zip-path.js'
import { ExitCode } from './exit-codes.js'
import { printable } from './printable.js'
import { alarming, type Terminal } from './terminal.js'

/** Options that change files, which stand as they are. */
const CHANGING = ['root', 'chunks-header', 'gaps', 'utc'] as const

type Values = Readonly<Record<string, unknown>>

/** A connection's files in the archive. */
interface Wanted {
  readonly uid: string
  readonly paths: readonly string[]
}

/**
 * Writes the files of connections that stand in a ZIP archive, as they are.
 *
 * @param uids Empty where `query` tells.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function getFromZip(
  path: string,
  uids: readonly string[],
  query: Query | null,
  values: Values,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const target = targetOf(path, values)
  const say = (line: string) => stderr.write(`${alarming(printable(`pcap2conn: ${line}`), stderr)}\n`)
  const zip = await ZipFile.open(path)
  try {
    const index = values.index === undefined ? null : pathOf('--index', values.index)
    const { folder, wanted } = await wantedIn(zip, index, uids, query)
    const isOne = target !== '-' || (wanted.length === 1 && wanted[0]!.paths.length === 1)
    if (!isOne && wanted.length > 0)
      throw new ConfigError(
        `Cannot use -o - with ${filesText(wanted)}: standard output can carry only one of them`,
      )
    const failures = uids
      .filter((uid) => !wanted.some((one) => one.uid === uid))
      .map((uid) => `No connection ${uid} in the index of "${path}"`)
    if (query !== null && wanted.length === 0 && values.quiet !== true)
      stderr.write('No connection fits the query\n')
    let bytes = 0
    for (const { paths } of wanted) {
      for (const name of paths) {
        try {
          for (const { entry, to } of await entriesOf(zip, folder, name, target !== '-')) {
            const content = await zip.content(entry)
            bytes +=
              target === '-'
                ? await toStream(content.parts(), stdout)
                : await unpackEntry(content, join(target, to), values.force === true)
          }
        } catch (error) {
          if (!(error instanceof InputError || error instanceof OutputError)) throw error
          if (error.kind === 'run') throw error
          failures.push(error.message)
        }
      }
    }
    for (const failure of failures) say(failure)
    const noun = wanted.length === 1 ? 'connection' : 'connections'
    if (values.quiet !== true && wanted.length > 0)
      stderr.write(`${countText(wanted.length)} ${noun}, ${bytesText(bytes)} written\n`)
    return failures.length > 0 ? ExitCode.FAILED : ExitCode.OK
  } finally {
    await zip.close()
  }
}

function targetOf(path: string, values: Values): string {
  if (values.as !== undefined && values.as !== 'files')
    throw new ConfigError(
      `Cannot use --as ${printable(String(values.as))} with ${printable(path)}: its files are given as they are`,
    )
  const other = CHANGING.find((name) => values[name] !== undefined)
  if (other !== undefined)
    throw new ConfigError(`Cannot use --${other} with ${printable(path)}: its files are given as they are`)
  const target = values['output-dir'] === undefined ? '.' : pathOf('-o/--output-dir', values['output-dir'])
  if (isZipPath(target))
    throw new ConfigError(
      `Cannot use -o ${printable(target)} with ${printable(path)}: files go into a folder`,
    )
  return target
}

// The connections that are named or found, in the order of the index, and the folder of their files in the archive.
async function wantedIn(
  zip: ZipFile,
  indexPath: string | null,
  uids: readonly string[],
  query: Query | null,
): Promise<{ folder: string; wanted: Wanted[] }> {
  const { findZipIndex } = await import('../report/zip-index.js')
  const { openRecordIndex } = await import('../report/record-index.js')
  const found = indexPath === null ? await findZipIndex(zip) : { path: indexPath }
  const named = new Set(uids)
  const wanted: Wanted[] = []
  const read = async (path: string) => {
    const index = await openRecordIndex(path)
    try {
      const isMore = () =>
        index.next(({ uid, origFile, respFile }, _offset, _length, fields: () => RecordFields) => {
          if (!(query === null ? named.has(uid) : query.test(fields()))) return
          const paths = [...new Set([origFile, respFile])].filter((name) => name !== null)
          wanted.push({ uid, paths })
        })
      while (await isMore());
    } finally {
      await index.close()
    }
  }
  if ('path' in found) await read(found.path)
  else {
    const { withUnpacked } = await import('../report/zip-index.js')
    await withUnpacked(await zip.content(found.entry), read)
  }
  return { folder: 'path' in found ? '' : found.folder, wanted }
}

// The entry with this path, and where asked for those of the same connection beside it.
async function entriesOf(
  zip: ZipFile,
  folder: string,
  path: string,
  hasOthers: boolean,
): Promise<{ entry: ZipRecord; to: string }[]> {
  const entry = await zip.find(folder + path)
  if (entry === null)
    throw new InputError(`"${zip.path}" has no entry ${JSON.stringify(folder + path)}`, zip.path)
  const entries = [{ entry, to: path }]
  const base = path.replace(/\.(?:txt|json)$/, '')
  for (const ending of hasOthers ? ['-metadata.txt', '-metadata.json', '.pcapng'] : []) {
    const other = await zip.find(folder + base + ending)
    if (other !== null) entries.push({ entry: other, to: base + ending })
  }
  return entries
}

async function toStream(parts: AsyncIterable<Buffer>, stdout: Terminal['stdout']): Promise<number> {
  let bytes = 0
  for await (const part of parts) {
    bytes += part.length
    if (!stdout.write(part) && !stdout.destroyed)
      await Promise.race([once(stdout, 'drain'), once(stdout, 'close')])
  }
  return bytes
}

function filesText(wanted: readonly Wanted[]): string {
  const files = wanted.reduce((sum, { paths }) => sum + paths.length, 0)
  return `${countText(wanted.length)} connections of ${countText(files)} files`
}

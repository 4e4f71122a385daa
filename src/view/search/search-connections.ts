import { openRecordIndex, type RecordFields, type RecordIndex } from '../../report/record-index.js'
import { matcherOf, type Pattern } from '../../search/pattern.js'
import type { OpenConversation } from '../payload-files.js'
import { payloadBytes } from '../record-payload.js'
import { ViewSource } from '../view-source.js'
import { type Found, type HitLimits, searchRecords } from './record-search.js'

/** Connections that are searched at once: so many, or until they have so many bytes. */
const BATCH = { records: 256, bytes: 64 * 1024 * 1024 }
/** Captures are read once for as many. */
const CAPTURED_BATCH = { records: 4096, bytes: 1024 * 1024 * 1024 }
/** Batches that are given to a thread ahead. */
const AHEAD = 2
/** Fields that a search needs. */
const FIELDS = [
  ...['uid', 'orig_file', 'resp_file', 'orig_bytes', 'resp_bytes'],
  ...['orig_gaps', 'resp_gaps', 'gaps_truncated'],
]

/** What is searched, and for what. */
export interface SearchOptions {
  /** An output folder, a ZIP archive or an archive of packets. */
  readonly outputDir: string
  readonly indexPath: string | null
  readonly root: string | null
  readonly pattern: Pattern
  readonly limits: HitLimits
  /** Most threads; an archive is searched by one. */
  readonly workers: number
  readonly signal: AbortSignal
}

/** Takes what was found in some connections, and resolves when it can take more. */
type TakeFound = (found: readonly Found[]) => Promise<void>

/**
 * Searches all connections of an index.
 *
 * @param take Gets what was found, in the order of the index.
 * @throws InputError, OutputError
 */
export async function searchConnections(options: SearchOptions, take: TakeFound): Promise<void> {
  const source = await ViewSource.open(options)
  try {
    const index = await openRecordIndex(source.indexPath)
    try {
      const isFolder = source.archive === null && !source.isZip
      const size = source.archive === null ? BATCH : CAPTURED_BATCH
      const batches = batchesOf(index, size, options.signal)
      if (isFolder && options.workers > 1) await inThreads(batches, options, take)
      else await here(batches, source, options, take)
    } finally {
      await index.close()
    }
  } finally {
    await source.close()
  }
}

async function here(
  batches: AsyncGenerator<RecordFields[]>,
  { payload }: ViewSource,
  { pattern, limits, signal }: SearchOptions,
  take: TakeFound,
): Promise<void> {
  const matcher = await matcherOf(pattern)
  const searchAll = async (records: readonly RecordFields[], open: OpenConversation) => {
    for (let from = 0; from < records.length && !signal.aborted; from += BATCH.records) {
      const some = records.slice(from, from + BATCH.records)
      await take(await searchRecords(some, open, matcher, limits, signal))
    }
  }
  try {
    for await (const records of batches)
      await payload.withMany(records, (open) => searchAll(records, open), signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function inThreads(
  batches: AsyncGenerator<RecordFields[]>,
  { outputDir, pattern, limits, workers, signal }: SearchOptions,
  take: TakeFound,
): Promise<void> {
  const { SearchThreads } = await import('./search-threads.js')
  const threads = new SearchThreads({ outputDir, pattern, limits }, workers)
  const pending: Promise<Found[]>[] = []
  try {
    for await (const records of batches) {
      const found = threads.search(records)
      found.catch(() => {}) // is thrown where it is awaited
      pending.push(found)
      if (pending.length >= AHEAD * workers) await take(await pending.shift()!)
    }
    for (const found of pending) if (!signal.aborted) await take(await found)
  } finally {
    await threads.end()
  }
}

async function* batchesOf(
  index: RecordIndex,
  most: typeof BATCH,
  signal: AbortSignal,
): AsyncGenerator<RecordFields[]> {
  let batch: RecordFields[] = []
  let bytes = 0
  let full: RecordFields[][] = []
  const isMore = () =>
    index.next((_record, _offset, _length, fields) => {
      const all = fields()
      batch.push(Object.fromEntries(FIELDS.map((name) => [name, all[name]])))
      bytes += payloadBytes(all)
      if (batch.length < most.records && bytes < most.bytes) return
      full.push(batch)
      batch = []
      bytes = 0
    })
  while (!signal.aborted && (await isMore())) {
    yield* full
    full = []
  }
  if (!signal.aborted) yield* [...full, ...(batch.length > 0 ? [batch] : [])]
}

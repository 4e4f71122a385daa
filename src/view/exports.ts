import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveConnections } from '../archive/archive-connections.js'
import { CaptureFormatError, InputError } from '../errors.js'
import { countText } from '../figures.js'
import { TempFolder } from '../pipeline/temp-folder.js'
import type { RecordFields } from '../report/record-index.js'
import { systemPath } from '../system-path.js'
import { WholeFile } from '../whole-file.js'
import type { ConversationFiles } from './conversation-files.js'
import { type Begin, FilesDownload } from './files-download.js'
import type { IndexStore } from './index-store.js'
import type { OpenConversation, PayloadFiles } from './payload-files.js'
import { payloadBytes } from './record-payload.js'
import type { ExportCheck, ExportForm } from './view-data.js'
import type { Send } from './zip-download.js'

/** Connections that are got from captures at once. */
const GROUP = 100
const READ_BYTES = 256 * 1024

/** Serves connections as downloads: payload, JSON lines, packets. */
export class Exports {
  readonly #store: IndexStore
  readonly #payload: PayloadFiles
  readonly #archive: ArchiveConnections | null

  constructor(store: IndexStore, payload: PayloadFiles, archive: ArchiveConnections | null) {
    this.#store = store
    this.#payload = payload
    this.#archive = archive
  }

  /** How many of the connections can be had, and why others cannot. @throws InputError */
  async check(rows: readonly number[], form: ExportForm): Promise<ExportCheck> {
    const problems = new Map<string, number>()
    let ready = 0
    for (const record of await this.#records(rows)) {
      const problem = await this.#problemOf(record, form)
      if (problem === null) ready += 1
      else problems.set(problem, (problems.get(problem) ?? 0) + 1)
    }
    const texts = [...problems].map(([problem, count]) =>
      rows.length === 1 ? problem : `${problem}: ${countText(count)} of ${countText(rows.length)} left out`,
    )
    return { ready, problem: texts.length === 0 ? null : texts.join('; ') }
  }

  /**
   * Sends the connections that can be had.
   *
   * @param signal Ends it. @returns False: there is nothing. @throws InputError, OutputError
   */
  async write(
    rows: readonly number[],
    form: ExportForm,
    begin: Begin,
    signal: AbortSignal,
  ): Promise<boolean> {
    const records = await this.#records(rows)
    return form === 'pcap'
      ? this.#writePackets(records, begin, signal)
      : this.#writeFiles(records, form, begin, signal)
  }

  async #problemOf(record: RecordFields, form: ExportForm): Promise<string | null> {
    const archive = this.#archive
    try {
      if (form !== 'pcap') {
        const files = await this.#payload.written(record)
        await files?.close()
        if (files !== null && fits(files, form)) return null
        if (files === null && (archive === null || payloadBytes(record) === 0))
          return 'It has no payload that could be saved'
        if (archive === null) return 'The run wrote no JSON lines, and nothing says where packets are'
      }
      return archive === null ? 'Nothing says where packets are' : archive.problemOf(String(record.uid))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return error.message
    }
  }

  async #writePackets(records: readonly RecordFields[], begin: Begin, signal: AbortSignal): Promise<boolean> {
    if (this.#archive === null || records.length === 0) return false
    const uids = records.map(({ uid }) => String(uid))
    const folder = new TempFolder()
    try {
      const path = join(folder.path, 'packets')
      const file = new WholeFile(path)
      try {
        await this.#archive.packets(uids, (bytes) => file.append(bytes), signal)
        file.publish()
      } catch (error) {
        file.abandon()
        if (!(error instanceof CaptureFormatError)) throw error
        throw new InputError(error.message, error.location.file, { cause: error })
      }
      await sendFile(path, begin(uids.length === 1 ? `${uids[0]}.pcapng` : 'connections.pcapng'))
      return true
    } finally {
      folder.remove()
    }
  }

  async #writeFiles(
    records: readonly RecordFields[],
    form: ExportForm,
    begin: Begin,
    signal: AbortSignal,
  ): Promise<boolean> {
    const download = new FilesDownload(begin, records.length === 1)
    const failures: InputError[] = []
    for (let from = 0; from < records.length && !download.isStopped; from += GROUP) {
      const group = records.slice(from, from + GROUP)
      const others: RecordFields[] = []
      for (const record of group)
        if (!(await take(download, record, this.#payload.written, form, failures))) others.push(record)
      const captured = others.filter((record) => payloadBytes(record) > 0)
      if (captured.length === 0 || download.isStopped) continue
      await this.#payload.withCaptured(
        captured,
        form === 'json' ? { json: true } : {},
        async (open) => {
          for (const record of captured) await take(download, record, open, form, failures)
        },
        signal,
      )
    }
    const [failure] = failures
    if (!download.hasBegun && failure !== undefined) throw failure
    await download.end(failures.map(({ message }) => message))
    return download.hasBegun
  }

  async #records(rows: readonly number[]): Promise<RecordFields[]> {
    const records: RecordFields[] = []
    for (const row of rows) {
      const record = await this.#store.record(row)
      if (record !== null) records.push(record)
    }
    return records
  }
}

// True: it was there and of the form, or that failed.
async function take(
  download: FilesDownload,
  record: RecordFields,
  open: OpenConversation,
  form: ExportForm,
  failures: InputError[],
): Promise<boolean> {
  if (download.isStopped) return true
  let files: ConversationFiles | null = null
  try {
    files = await open(record)
    if (files === null || !fits(files, form)) return false
    await download.add(files, Math.floor(Number(record.ts)) || 0)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    failures.push(error)
  } finally {
    await files?.close()
  }
  return true
}

function fits({ style }: ConversationFiles, form: ExportForm): boolean {
  return form !== 'json' || style === 'json'
}

async function sendFile(path: string, send: Send): Promise<void> {
  const descriptor = openSync(systemPath(path), 'r')
  try {
    for (;;) {
      const bytes = Buffer.allocUnsafe(READ_BYTES)
      const count = readSync(descriptor, bytes)
      if (count === 0 || !(await send(bytes.subarray(0, count)))) return
    }
  } finally {
    closeSync(descriptor)
  }
}

import { readdirSync } from 'node:fs'
import type { ArchiveConnections } from '../archive/archive-connections.js'
import type { RawOptions } from '../config/config.js'
import { InputError } from '../errors.js'
import type { RecordFields } from '../report/record-index.js'
import { systemPath } from '../system-path.js'
import { ConversationFiles } from './conversation-files.js'
import { KeptFolders } from './kept-folders.js'
import { OutputFolder } from './output-folder.js'
import type { OpenConversation } from './payload-files.js'
import { payloadBytes } from './record-payload.js'

/** Payload up to this size is written with the times of chunks, which takes four times as much room. */
const MOST_TIMED_BYTES = 64 * 1024 * 1024
/** What was looked at last stays on the disk. */
const MOST_KEPT_BYTES = 1024 * 1024 * 1024

/** Files of connections, by uid, with what went wrong. */
interface Written {
  readonly names: ReadonlyMap<string, string>
  readonly failures: ReadonlyMap<string, string>
  readonly problems: readonly string[]
}

/** The payload of an archive's connections, read in the captures when it is looked at. */
export class CapturedFiles {
  readonly #archive: ArchiveConnections
  readonly #kept = new KeptFolders<Written>(MOST_KEPT_BYTES)
  #groups = 0

  constructor(archive: ArchiveConnections) {
    this.#archive = archive
  }

  readonly open: OpenConversation = async (record) => {
    const uid = uidOf(record)
    if (uid === null || payloadBytes(record) === 0) return null
    const options = payloadBytes(record) <= MOST_TIMED_BYTES ? { json: true } : { chunksHeader: true }
    return this.#kept.use(
      uid,
      async (folder) => {
        const written = await this.#write([uid], options, folder)
        refuseFailed(written, uid) // it is looked for again the next time
        return written
      },
      (folder, written) => openIn(folder, written, record),
    )
  }

  /** See `PayloadFiles.withMany()`. @param options Of the conversion. @param signal Ends it. */
  async withMany<T>(
    records: readonly RecordFields[],
    use: (open: OpenConversation) => Promise<T>,
    options: RawOptions = { chunksHeader: true },
    signal?: AbortSignal,
  ): Promise<T> {
    const uids = records.filter((record) => payloadBytes(record) > 0).flatMap((record) => uidOf(record) ?? [])
    const key = `group ${this.#groups}`
    this.#groups += 1
    try {
      return await this.#kept.use(
        key,
        (folder) => this.#write(uids, options, folder, signal),
        (folder, written) =>
          use(async (record) => (payloadBytes(record) === 0 ? null : openIn(folder, written, record))),
      )
    } finally {
      this.#kept.drop(key)
    }
  }

  close(): void {
    this.#kept.close()
  }

  async #write(
    uids: readonly string[],
    options: RawOptions,
    folder: string,
    signal?: AbortSignal,
  ): Promise<Written> {
    const all = { ...options, outputDir: folder }
    const { names, failures, problems } = await this.#archive.write(uids, all, signal)
    const files = new Set(readdirSync(systemPath(folder)))
    const ending = options.json === true ? '.json' : '.txt'
    const written = [...names].filter(([, name]) => files.has(name + ending))
    return { names: new Map(written.map(([uid, name]) => [uid, name + ending])), failures, problems }
  }
}

async function openIn(
  folder: string,
  written: Written,
  record: RecordFields,
): Promise<ConversationFiles | null> {
  const uid = uidOf(record) ?? ''
  refuseFailed(written, uid)
  const name = written.names.get(uid) ?? null
  const files = { orig_file: name, resp_file: name }
  return ConversationFiles.open(await OutputFolder.open(folder), files, written.problems)
}

function refuseFailed({ failures }: Written, uid: string): void {
  const failure = failures.get(uid)
  if (failure !== undefined) throw new InputError(failure, uid)
}

function uidOf({ uid }: RecordFields): string | null {
  return typeof uid === 'string' ? uid : null
}

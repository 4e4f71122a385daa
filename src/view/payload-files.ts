import type { RawOptions } from '../config/config.js'
import { codeOf, InputError } from '../errors.js'
import type { RecordFields } from '../report/record-index.js'
import type { CapturedFiles } from './captured-files.js'
import { ConversationFiles, type Files } from './conversation-files.js'

/** Opens the files of a connection. @returns Null: it has none. @throws InputError */
export type OpenConversation = (record: RecordFields) => Promise<ConversationFiles | null>

/** The payload of connections: in the files of a run; where there is none, in the captures of an archive. */
export class PayloadFiles {
  readonly #files: Files
  readonly #captured: CapturedFiles | null

  constructor(files: Files, captured: CapturedFiles | null) {
    this.#files = files
    this.#captured = captured
  }

  readonly open: OpenConversation = async (record) =>
    (await this.written(record)) ?? (await this.#captured?.open(record)) ?? null

  /** Calls `use` when all that is needed to open the connections of `records` one by one is there. @throws InputError */
  async withMany<T>(
    records: readonly RecordFields[],
    use: (open: OpenConversation) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const captured = this.#captured
    if (captured === null) return use(this.open)
    const useBoth = (open: OpenConversation) =>
      use(async (record) => (await this.written(record)) ?? (await open(record)))
    return captured.withMany(records, useBoth, undefined, signal)
  }

  /** Calls `use` with what opens connections of `records` as they are in the captures. @throws InputError */
  async withCaptured(
    records: readonly RecordFields[],
    options: RawOptions,
    use: (open: OpenConversation) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#captured?.withMany(records, use, options, signal)
  }

  /** The files that the run has written. An archive may have the paths of files that are elsewhere. */
  readonly written: OpenConversation = async (record) => {
    try {
      return await ConversationFiles.open(this.#files, record)
    } catch (error) {
      if (this.#captured !== null && error instanceof InputError && codeOf(error.cause) === 'ENOENT')
        return null
      throw error
    }
  }
}

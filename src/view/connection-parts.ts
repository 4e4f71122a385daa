import { InputError } from '../errors.js'
import type { ConversationFiles } from './conversation-files.js'
import type { IndexStore } from './index-store.js'
import type { PayloadFiles } from './payload-files.js'
import { BEGIN, type Piece, PieceReader } from './piece-reader.js'
import { recordGaps } from './record-gaps.js'
import type { ConnectionDetails, ConversationPart, ReadingState, SentPiece, Side } from './view-data.js'

/** Payload bytes of one answer, unless `PART_PIECES` ends it earlier. */
const PART_BYTES = 128 * 1024
const PART_PIECES = 1000
const DOWNLOAD_BYTES = 256 * 1024

/** Serves the details and the payload of single connections. */
export class ConnectionParts {
  readonly #store: IndexStore
  readonly #payload: PayloadFiles

  constructor(store: IndexStore, payload: PayloadFiles) {
    this.#store = store
    this.#payload = payload
  }

  /** @returns Null when there is no such row. @throws InputError when the index cannot be read. */
  async details(row: number): Promise<ConnectionDetails | null> {
    const record = await this.#store.record(row)
    if (record === null) return null
    try {
      const files = await this.#payload.open(record)
      if (files === null) return { record, files: null, problem: null }
      const { style, isSeparate, areSidesKnown, isConversation, size, problems } = files
      await files.close()
      const problem = problems.length === 0 ? null : problems.join('; ')
      return { record, files: { style, isSeparate, areSidesKnown, isConversation, size }, problem }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return { record, files: null, problem: error.message }
    }
  }

  /**
   * Reads the pieces of a conversation from `state` on.
   *
   * @param side Which file to read, when each side has its own file and the two cannot be merged.
   * @returns Null when there is no such row or it has no file. @throws InputError
   */
  async conversation(row: number, side: Side, state: ReadingState = BEGIN): Promise<ConversationPart | null> {
    return this.#withFiles(row, async (files, record) => {
      const reader = new PieceReader(files.chunks(side, state.positions), recordGaps(record), state)
      const pieces: SentPiece[] = []
      for (let bytes = 0; bytes < PART_BYTES && pieces.length < PART_PIECES; ) {
        const piece = await reader.next()
        if (piece === null) return { pieces, next: null }
        pieces.push(sent(piece))
        if (piece.kind === 'data') bytes += piece.bytes.length
      }
      return { pieces, next: reader.state }
    })
  }

  /**
   * Writes one side's payload as the file holds it, including the filler for lost bytes. Writes the whole file when the
   * file does not tell the sides apart.
   *
   * @param write Takes bytes and resolves when it can take more: true to go on, false to stop.
   * @returns False when there is no such row or it has no file. @throws InputError
   */
  async payload(row: number, side: Side, write: (bytes: Buffer) => Promise<boolean>): Promise<boolean> {
    const isThere = await this.#withFiles(row, async (files) => {
      const source = files.chunks(files.isSeparate ? side : null)
      for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
        if (side !== null && chunk.side !== null && chunk.side !== side) continue
        for (let at = 0; at < chunk.length; ) {
          const bytes = await chunk.read(at, DOWNLOAD_BYTES)
          if (bytes.length === 0 || !(await write(bytes))) return true
          at += bytes.length
        }
      }
      return true
    })
    return isThere ?? false
  }

  async #withFiles<T>(
    row: number,
    use: (files: ConversationFiles, record: Readonly<Record<string, unknown>>) => Promise<T>,
  ): Promise<T | null> {
    const record = await this.#store.record(row)
    const files = record === null ? null : await this.#payload.open(record)
    if (record === null || files === null) return null
    try {
      return await use(files, record)
    } finally {
      await files.close()
    }
  }
}

function sent(piece: Piece): SentPiece {
  if (piece.kind === 'gap') return piece
  const { bytes, ...rest } = piece
  return { ...rest, data: bytes.toString('base64') }
}

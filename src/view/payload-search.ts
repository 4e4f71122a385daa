import type { RecordFields } from '../report/record-index.js'
import type { IndexStore } from './index-store.js'
import type { OpenConversation, PayloadFiles } from './payload-files.js'
import { PieceReader } from './piece-reader.js'
import { recordGaps } from './record-gaps.js'

/** Connections searched in parallel. */
const PARALLEL = 8
/** Connections whose payload is got at once: so many, or until they have so many bytes. */
const GROUP_ROWS = 256
const GROUP_BYTES = 64 * 1024 * 1024

/**
 * Searches the payload of connections for a text. ASCII letters match in either case. A match may span chunks of one
 * side, but not a gap.
 */
export class PayloadSearch {
  readonly rows: Uint32Array
  readonly #store: IndexStore
  readonly #payload: PayloadFiles
  readonly #needle: string
  readonly #found: number[] = []
  #searched = 0
  #unreadable = 0
  #isStopped = false
  /** Resolves when the search has ended or was stopped. */
  readonly ended: Promise<void>

  /** @param rows The rows to search, in index order. @param text The text, compared as UTF-8; not empty. */
  constructor(store: IndexStore, payload: PayloadFiles, rows: Uint32Array, text: string) {
    this.#store = store
    this.#payload = payload
    this.rows = rows
    this.#needle = lowerCase(Buffer.from(text))
    this.ended = this.#run()
  }

  get isDone(): boolean {
    return this.#searched === this.rows.length || this.#isStopped
  }

  /** Number of connections searched so far. */
  get searched(): number {
    return this.#searched
  }

  /** Number of connections so far whose files could not be read. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** The rows found so far, in index order. */
  found(): Uint32Array {
    return Uint32Array.from(this.#found).sort()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #run(): Promise<void> {
    for (let next = 0; next < this.rows.length && !this.#isStopped; ) {
      const group = this.#groupFrom(next)
      next += group.length
      await this.#searchGroup(group)
    }
  }

  #groupFrom(first: number): Uint32Array {
    const { list } = this.#store
    const [orig, resp] = [list.numbers('origBytes'), list.numbers('respBytes')]
    let to = first
    for (let bytes = 0; to < this.rows.length && to - first < GROUP_ROWS && bytes < GROUP_BYTES; to++)
      bytes += orig[this.rows[to]!]! + resp[this.rows[to]!]!
    return this.rows.subarray(first, to)
  }

  async #searchGroup(group: Uint32Array): Promise<void> {
    const first = this.#searched
    try {
      const records: (RecordFields | null)[] = []
      for (const row of group) records.push(await this.#store.record(row).catch(() => null))
      const known = records.filter((record) => record !== null)
      await this.#payload.withMany(known, (open) => this.#searchRecords(group, records, open))
    } catch {
      this.#unreadable += group.length - (this.#searched - first)
      this.#searched = first + group.length
    }
  }

  async #searchRecords(
    group: Uint32Array,
    records: readonly (RecordFields | null)[],
    open: OpenConversation,
  ): Promise<void> {
    let next = 0
    const lane = async () => {
      while (next < group.length && !this.#isStopped) {
        const i = next
        next += 1
        if (await this.#holds(records[i]!, open)) this.#found.push(group[i]!)
        this.#searched += 1
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
  }

  async #holds(record: RecordFields | null, open: OpenConversation): Promise<boolean> {
    try {
      if (record === null) throw new Error('its record cannot be read')
      const files = await open(record)
      if (files === null) return false
      try {
        const sides = files.isSeparate ? ([0, 1] as const) : ([null] as const)
        for (const side of sides) {
          if (await this.#isIn(new PieceReader(files.chunks(side), recordGaps(record)))) return true
        }
        return false
      } finally {
        await files.close()
      }
    } catch {
      this.#unreadable += 1
      return false
    }
  }

  async #isIn(pieces: PieceReader): Promise<boolean> {
    const tails = ['', '']
    const keep = this.#needle.length - 1
    for (let piece = await pieces.next(); piece !== null && !this.#isStopped; piece = await pieces.next()) {
      const side = piece.side ?? 0
      if (piece.kind === 'gap') {
        tails[side] = ''
        continue
      }
      const text = tails[side] + lowerCase(piece.bytes)
      if (text.includes(this.#needle)) return true
      tails[side] = keep === 0 ? '' : text.slice(-keep)
    }
    return false
  }
}

// Bytes as Latin-1 characters, ASCII letters in lower case.
function lowerCase(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

import { grown } from '../bytes/grown.js'
import type { ConnectionRecord } from '../report/connection-record.js'
import { shortened } from '../report/shortened.js'

/** Numbers strings so that each distinct string is stored once. */
export class Words {
  readonly texts: string[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.texts.length
      this.texts.push(text)
      this.#numbers.set(text, number)
    }
    return number
  }

  /** The rank of each string in sorted order, by its number. */
  ranks(): Float64Array {
    const order = this.texts.map((_, number) => number)
    order.sort((a, b) => (this.texts[a]! < this.texts[b]! ? -1 : 1))
    const ranks = new Float64Array(order.length)
    order.forEach((number, rank) => {
      ranks[number] = rank
    })
    return ranks
  }
}

/** Names of the numeric columns. */
export type NumberColumn =
  | 'ts'
  | 'duration'
  | 'packets'
  | 'origBytes'
  | 'respBytes'
  | 'missedBytes'
  | 'retransBytes'
  | 'conflicts'
  | 'outsideBytes'
  | 'copies'
  | 'origPort'
  | 'respPort'

/** Names of the text columns. A column holds the numbers of its strings in {@link Words}. */
export type WordColumn = 'origHost' | 'respHost' | 'proto' | 'state' | 'service' | 'serverName'

export const NUMBER_COLUMNS: readonly NumberColumn[] = [
  'ts',
  'duration',
  'packets',
  'origBytes',
  'respBytes',
  'missedBytes',
  'retransBytes',
  'conflicts',
  'outsideBytes',
  'copies',
  'origPort',
  'respPort',
]
export const WORD_COLUMNS: readonly WordColumn[] = [
  'origHost',
  'respHost',
  'proto',
  'state',
  'service',
  'serverName',
]

const FIRST_ROWS = 1024

/** The connections of an index in columns, with each record's position in the file; about 144 bytes per connection. */
export class ConnectionList {
  // Invariant: all columns hold `count` rows and have the same capacity as #offsets.
  readonly hosts = new Words()
  readonly words: Readonly<Record<WordColumn, Words>> = {
    origHost: this.hosts,
    respHost: this.hosts,
    proto: new Words(),
    state: new Words(),
    service: new Words(),
    serverName: new Words(),
  }
  readonly #numbers = Object.fromEntries(
    NUMBER_COLUMNS.map((name) => [name, new Float64Array(FIRST_ROWS)]),
  ) as Record<NumberColumn, Float64Array>
  readonly #texts = Object.fromEntries(
    WORD_COLUMNS.map((name) => [name, new Uint32Array(FIRST_ROWS)]),
  ) as Record<WordColumn, Uint32Array>
  #offsets = new Float64Array(FIRST_ROWS)
  #lengths = new Uint32Array(FIRST_ROWS)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** @param offset File offset of the record's line, which is `length` bytes long. */
  add(record: ConnectionRecord, offset: number, length: number): void {
    const row = this.#count
    if (row === this.#offsets.length) this.#grow(row * 2)
    for (const name of NUMBER_COLUMNS) this.#numbers[name][row] = record[name]
    for (const name of WORD_COLUMNS)
      this.#texts[name][row] = this.words[name].numberOf(shortened(record[name]))
    this.#offsets[row] = offset
    this.#lengths[row] = length
    this.#count += 1
  }

  /** A numeric column. Only its first `count` values are valid; adding a row may replace the array. */
  numbers(name: NumberColumn): Float64Array {
    return this.#numbers[name]
  }

  /** A text column as numbers in `words`, under the conditions of `numbers()`. */
  texts(name: WordColumn): Uint32Array {
    return this.#texts[name]
  }

  /** The text of a column in a row that exists. */
  text(name: WordColumn, row: number): string {
    return this.words[name].texts[this.#texts[name][row]!]!
  }

  /** File offset and length in bytes of a row's record; null when there is no such row. */
  place(row: number): { readonly offset: number; readonly length: number } | null {
    if (!Number.isInteger(row) || row < 0 || row >= this.#count) return null
    return { offset: this.#offsets[row]!, length: this.#lengths[row]! }
  }

  #grow(rows: number): void {
    for (const name of NUMBER_COLUMNS) this.#numbers[name] = grown(this.#numbers[name], rows)
    for (const name of WORD_COLUMNS) this.#texts[name] = grown(this.#texts[name], rows)
    this.#offsets = grown(this.#offsets, rows)
    this.#lengths = grown(this.#lengths, rows)
  }
}

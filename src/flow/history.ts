import { type ConnectionTable, HISTORY_BYTES } from './connection-table.js'

/** Letters of Zeek's `history`, in lower case; upper case means the originator. */
export const HistoryLetter = {
  /** SYN without ACK. */
  SYN: 0,
  /** SYN with ACK. */
  SYN_ACK: 1,
  /** ACK alone. */
  ACK: 2,
  /** Payload. */
  DATA: 3,
  FIN: 4,
  RST: 5,
  /** FIN and RST in one packet. */
  INCONSISTENT: 6,
  /** SYN together with FIN or RST. */
  MULTI_FLAG: 7,
  /** Logged at 1, 10, 100, … repetitions. */
  GAP: 8,
  RETRANSMISSION: 9,
  ZERO_WINDOW: 10,
} as const

const LETTERS = 'shadfriqgtw'
const FLIPPED = 0x5e // ^
const UPPER_CASE = 0x20

/** Appends a letter once per side. */
export function noteOnce(table: ConnectionTable, half: number, letter: number): void {
  const bit = 1 << letter
  if (table.historySeen[half]! & bit) return
  table.historySeen[half]! |= bit
  append(table, half >> 1, letterOf(letter, half & 1))
}

/** Appends a letter when the `count`th repetition is a power of ten. */
export function noteRepetition(table: ConnectionTable, half: number, letter: number, count: number): void {
  let power = 1
  while (power < count) power *= 10
  if (power === count) append(table, half >> 1, letterOf(letter, half & 1))
}

/** Appends `^`: the originator is not the sender of the first packet. */
export function noteFlipped(table: ConnectionTable, connection: number): void {
  append(table, connection, FLIPPED)
}

function letterOf(letter: number, side: number): number {
  const code = LETTERS.charCodeAt(letter)
  return side === 0 ? code - UPPER_CASE : code
}

function append(table: ConnectionTable, connection: number, code: number): void {
  const length = table.historyLength[connection]!
  if (length === HISTORY_BYTES) return
  table.history[connection * HISTORY_BYTES + length] = code
  table.historyLength[connection] = length + 1
}

import { PacketRole } from '../flow/connection-sink.js'
import {
  Code,
  EntryFlag,
  KEY_BYTES,
  LEAST_STEP,
  LIMITS_SHIFT,
  PACKED_UID_BYTES,
  unpackUid,
} from '../output/map/map-format.js'
import { CONNECTION_LIMITS, type ConnectionLimit } from '../stream/limit-marks.js'

/** What is marked on a packet of an entry: a role, and that it is a fragment. */
export const FRAGMENT = 0x80

/** How much later the place of a record among merged inputs is than its time. */
export interface Lateness {
  readonly lateSec: number
  readonly lateNsec: number
}

/** Where the packets of one connection stand. The lists have an element for each packet, in the order in which it got them. */
export interface Entry {
  readonly uid: string
  readonly packed: Uint8Array
  readonly inputs: readonly number[]
  readonly positions: readonly number[]
  /** Which packet of its frame. */
  readonly indexes: readonly number[]
  /** `PacketRole`, or {@link FRAGMENT}: of the next packet that is none. */
  readonly marks: readonly number[]
  /** Of some of them; the others are in the order of their times. */
  readonly late: ReadonlyMap<number, Lateness>
  /** Which of the connections with the same name. */
  readonly ordinal: number
  /** Of its 5-tuple, if others were on it at once; otherwise null. */
  readonly key: Uint8Array | null
  /** Not all packets are listed. */
  readonly isCut: boolean
  /** Limits that touched it in the run: of these packets it may have become something else. */
  readonly limits: readonly ConnectionLimit[]
  /** Where the entry ends. */
  readonly to: number
}

const ROLES = new Map<number, number>([
  [Code.OUTSIDE, PacketRole.OUTSIDE],
  [Code.COPY, PacketRole.COPY],
  [Code.ERROR, PacketRole.ERROR],
  [Code.FRAGMENT, FRAGMENT],
])
/** Of a time in a capture. */
const MOST_SECONDS = 2 ** 48
const NSEC_PER_SEC = 1_000_000_000
const PROBLEM = 'an entry has no possible content'

/** Numbers in an entry. */
class Numbers {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** -1: there is none, or it is too large. */
  next(): number {
    let value = 0
    for (let factor = 1; factor < 2 ** 53; factor *= 128) {
      const byte = this.#bytes[this.at]
      if (byte === undefined) return -1
      this.at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : -1
    }
    return -1
  }
}

/** Reads the entry at `at`. @returns What is wrong with it instead, if something is. */
export function readEntry(bytes: Uint8Array, at: number): Entry | string {
  if (bytes.length - at < PACKED_UID_BYTES) return PROBLEM
  const packed = bytes.subarray(at, at + PACKED_UID_BYTES)
  const numbers = new Numbers(bytes, at + PACKED_UID_BYTES)
  const inputs: number[] = []
  const positions: number[] = []
  const indexes: number[] = []
  const marks: number[] = []
  const late = new Map<number, Lateness>()
  let [input, position, index, mark] = [0, 0, 0, PacketRole.MEMBER as number]
  let [otherInput, otherPosition] = [0, 0]
  for (let code = numbers.next(); code !== Code.END; code = numbers.next()) {
    if (code < 0) return PROBLEM
    if (code === Code.INDEX) {
      index = numbers.next()
      if (index < 0) return PROBLEM
      continue
    }
    if (code === Code.LATE) {
      const [lateSec, lateNsec] = [numbers.next(), numbers.next()]
      if (lateSec < 0 || lateSec > MOST_SECONDS || lateNsec < 0 || lateNsec >= NSEC_PER_SEC) return PROBLEM
      late.set(inputs.length, { lateSec, lateNsec })
      continue
    }
    const role = ROLES.get(code)
    if (role !== undefined) {
      mark = role
      continue
    }
    if (code >= LEAST_STEP) position += code
    else if (code === Code.AT) position = numbers.next()
    else if (code === Code.IN || code === Code.BACK) {
      const [beforeInput, beforePosition] = [input, position]
      input = code === Code.IN ? numbers.next() : otherInput
      position = numbers.next()
      if (position < 0) return PROBLEM
      if (code === Code.BACK) position += otherPosition
      otherInput = beforeInput
      otherPosition = beforePosition
    } else if (code !== Code.SAME) return PROBLEM
    if (input < 0 || position < 0 || position > Number.MAX_SAFE_INTEGER) return PROBLEM
    inputs.push(input)
    positions.push(position)
    indexes.push(index)
    marks.push(mark)
    index = 0
    mark = PacketRole.MEMBER
  }
  const flags = numbers.next()
  const ordinal = numbers.next()
  const isGrouped = (flags & EntryFlag.GROUPED) !== 0
  const to = numbers.at + (isGrouped ? KEY_BYTES : 0)
  if (
    flags < 0 ||
    flags >= 1 << (LIMITS_SHIFT + CONNECTION_LIMITS.length) ||
    ordinal < 1 ||
    to > bytes.length
  )
    return PROBLEM
  const key = isGrouped ? bytes.subarray(numbers.at, to) : null
  const isCut = (flags & EntryFlag.CUT) !== 0
  const limits = CONNECTION_LIMITS.filter((_, i) => (flags >> LIMITS_SHIFT) & (1 << i))
  const lists = { inputs, positions, indexes, marks, late }
  return { uid: unpackUid(packed, 0), packed, ...lists, ordinal, key, isCut, limits, to }
}

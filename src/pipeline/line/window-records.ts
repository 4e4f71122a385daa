import type { RecordPlace } from '../../capture/record-place.js'
import type { BatchTimes } from '../../flow/batches.js'
import type { FlowPacket } from '../../flow/flow-packet.js'
import type { PacketPlace } from '../../flow/packet-place.js'
import type { InputWindow } from '../../stream/recent-segments.js'
import { highestNsec, highestSec, packetNumber, secondsOf, TWO_32 } from './descriptor.js'

/**
 * Completes the record of a window, which begins at `position` of the shared memory.
 *
 * @param recordBytes   Of a record before the frame, for packets of which no `PLACE` says more.
 * @param readableBytes Of the window, if they stand in the input's file at the same offset; otherwise 0.
 */
export function writeWindow(
  words: Uint32Array,
  at: number,
  position: number,
  input: number,
  readableBytes: number,
  recordBytes = 0,
): void {
  words[at + 1] = position
  words[at + 2] = input
  words[at + 3] = readableBytes
  words[at + 5] = recordBytes
}

/** Reads the record of a window into the packet that the worker's loop reuses. */
export function readWindow(words: Uint32Array, at: number, out: FlowPacket): void {
  out.input = words[at + 2]!
  out.inputBase = secondsOf(words, at) - words[at + 1]!
  out.recordBytes = words[at + 5]!
}

/** Completes the record of a place, or of a fragment's, whose offset is the number of the control record. */
export function writeRecordPlace(
  words: Uint32Array,
  at: number,
  { input, rank, lateSec, lateNsec }: RecordPlace,
  index: number,
  isCut: boolean,
): void {
  words[at + 2] = input
  words[at + 3] = index
  words[at + 5] = isCut ? 1 : 0
  words[at + 6] = rank
  words[at + 7] = rank / TWO_32
  words[at + 8] = lateSec
  words[at + 9] = lateSec / TWO_32
  words[at + 10] = lateNsec
}

/** The place in the record of a fragment's. */
export function recordPlace(words: Uint32Array, at: number): RecordPlace {
  return {
    input: words[at + 2]!,
    position: secondsOf(words, at),
    rank: words[at + 7]! * TWO_32 + words[at + 6]!,
    lateSec: words[at + 9]! * TWO_32 + words[at + 8]!,
    lateNsec: words[at + 10]!,
  }
}

/** The place of the next packet. @param fragments Of the records before. */
export function packetPlace(words: Uint32Array, at: number, fragments: readonly RecordPlace[]): PacketPlace {
  const place = recordPlace(words, at)
  const number = packetNumber(words, at)
  return { ...place, number, index: words[at + 3]!, fragments, isCut: words[at + 5] === 1 }
}

/** What of a window can be read again; null: nothing. */
export function readableWindow(words: Uint32Array, at: number): InputWindow | null {
  const bytes = words[at + 3]!
  const from = words[at + 1]!
  return bytes === 0
    ? null
    : { from, to: from + bytes, input: words[at + 2]!, base: secondsOf(words, at) - from }
}

/** Writes the lowest time of a batch into the control record at its end. */
export function writeLowestTime(words: Uint32Array, at: number, sec: number, nsec: number): void {
  words[at + 8] = nsec
  words[at + 9] = sec
  words[at + 10] = sec / TWO_32
}

/** The times in the control record of a batch's end. */
export function batchTimes(words: Uint32Array, at: number): BatchTimes {
  return {
    lowSec: words[at + 10]! * TWO_32 + words[at + 9]!,
    lowNsec: words[at + 8]!,
    highSec: highestSec(words, at),
    highNsec: highestNsec(words, at),
  }
}

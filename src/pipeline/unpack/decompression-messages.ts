import type { MessagePort } from 'node:worker_threads'
import type { InputReadProblem } from '../../input/byte-source.js'
import type { Compression } from '../../input/compression.js'
import type { SlotRing } from '../../ring/slot-ring.js'

/** Int32 words that a decompression thread shares with its owner. */
export const DecompressionWord = {
  /** Number of the latest task that must end early. */
  STOP: 0,
  /** Counts the messages that were sent to the task's port. */
  MAIL: 1,
  COUNT: 2,
} as const

/** Start parameters of a decompression thread. */
export interface DecompressionSetup {
  /** Ring for the content. */
  readonly ring: SlotRing
  readonly words: SharedArrayBuffer
  /** One int64: number of compressed bytes of the task that were read. */
  readonly progress: SharedArrayBuffer
}

/** One input to unpack. */
export interface DecompressionTask {
  /** Counts from 1. */
  readonly number: number
  readonly compression: Compression
  /** The file, or the port that gives the compressed bytes: a Uint8Array for each `more`, null at the end. */
  readonly input: string | MessagePort
  /** True: the thread fills the whole ring before the reader takes anything. */
  readonly isAhead: boolean
}

/** Messages of a decompression thread to its owner. */
export type DecompressionMessage =
  /** The ring has content. Sent only when the reader has asked for it. */
  | { readonly kind: 'filled' }
  /** The thread asks for the next compressed bytes. */
  | { readonly kind: 'more' }
  /** The task is done: all of its content is in the ring. */
  | { readonly kind: 'done'; readonly problem: InputReadProblem | null }

import type { ErrorKind } from '../errors.js'
import type { Compression } from './compression.js'
import type { Input } from './input.js'

/** What went wrong while an input was read. What came before it has been read. */
export interface InputReadProblem {
  /** Byte of the input as it is on disk, compressed or not. */
  readonly offset: number
  readonly message: string
  /** Not what the input holds, but reading it failed: another try may give more. */
  readonly isOfSystem?: true
  /** Absent: the input itself is at fault. */
  readonly kind?: ErrorKind
}

/** Wraps the source of an input, for example to watch it. */
export type WrapSource = (input: Input, source: ByteSource) => ByteSource

/** The bytes of one input, decompressed where it is compressed, from its first to its last. */
export interface ByteSource {
  /**
   * Fills `target`, which may lie in shared memory, as far as bytes are at hand: at least one, unless the input has
   * ended. It never rejects because of the input's content: `problem` says why the input ended early.
   *
   * @param target At least two bytes. It must not be used otherwise until the promise resolves.
   * @returns Bytes that were written to its beginning; 0: no byte follows.
   */
  read(target: Uint8Array): Promise<number>
  /** It is known that no byte follows: `read()` would give 0. */
  readonly isAtEnd: boolean
  /** Bytes of the input as it is on disk that were read so far. */
  readonly bytesRead: number
  /** All of them; null where it cannot be known. */
  readonly totalBytes: number | null
  /** The bytes come out of a decompressor. Known after the first `read()`. */
  readonly isDecompressed: boolean
  /** What the input is compressed with; absent or null: nothing that is known. Known after the first `read()`. */
  readonly compression?: Compression | null
  readonly problem: InputReadProblem | null
  /** Gives back the file or stream. May be called more than once. */
  close(): Promise<void>
}

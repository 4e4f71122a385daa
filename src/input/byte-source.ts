import type { ErrorKind } from '../errors.js'
import type { Compression } from './compression.js'
import type { Input } from './input.js'

/** An error while reading an input. Everything before it was read. */
export interface InputReadProblem {
  /** Offset in the input as it is on disk, compressed or not. */
  readonly offset: number
  readonly message: string
  /** True when the system failed to read, so that another try may read more. Absent when the content is at fault. */
  readonly isOfSystem?: true
  /** Absent when the input itself is at fault. */
  readonly kind?: ErrorKind
}

/** Wraps the source of an input, for example to watch it. */
export type WrapSource = (input: Input, source: ByteSource) => ByteSource

/** Reads one input from start to end, decompressed if it is compressed. */
export interface ByteSource {
  /**
   * Reads the bytes available now into `target`, which may be shared memory; waits for at least one unless the input has
   * ended. Never rejects because of the input's content: `problem` then says why the input ended early.
   *
   * @param target At least two bytes. It must not be used otherwise until the promise resolves.
   * @returns Number of bytes read to the start of `target`; 0 at the end of the input.
   */
  read(target: Uint8Array): Promise<number>
  /** True when it is known that the input has ended: `read()` would return 0. */
  readonly isAtEnd: boolean
  /** Bytes read so far of the input as it is on disk. */
  readonly bytesRead: number
  /** Size of the input on disk; null when unknown. */
  readonly totalBytes: number | null
  /** True when the bytes come from a decompressor. Known after the first `read()`. */
  readonly isDecompressed: boolean
  /** Compression of the input; absent or null when there is none. Known after the first `read()`. */
  readonly compression?: Compression | null
  readonly problem: InputReadProblem | null
  /** Closes the file or stream. May be called more than once. */
  close(): Promise<void>
}

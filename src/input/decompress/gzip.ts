import { crc32 } from 'node:zlib'
import type { InputReadProblem } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'
import { damaged, endsEarly, followed, type WriteContent } from './decompressor.js'
import { gzipHeaderFault, skipGzipHeader } from './gzip-header.js'
import { RawInflater } from './raw-inflater.js'

/** Compressed bytes passed to zlib at a time. If they are damaged, zlib yields none of their content. */
const PIECE_BYTES = 4 * 1024
const TRAILER_BYTES = 8

/**
 * Decompresses gzip files of any number of members (RFC 1952) and verifies all checksums.
 *
 * The piece with the damage is read again byte by byte, so that nothing before the damage is lost. In a stream this
 * works only in the first MiB of a member; after that, the content of up to 4 KiB is lost.
 */
export function decompressGzip(input: CompressedInput, write: WriteContent): InputReadProblem | null {
  const inflater = new RawInflater()
  try {
    for (let members = 0; input.ensure(1); members++) {
      const fault = gzipHeaderFault(input)
      if (fault !== null && members > 0) break
      if (fault !== null) return damaged('gzip', input.offset, fault)
      const problem = readMember(input, inflater, write)
      if (problem !== null) return problem
    }
  } finally {
    inflater.close()
  }
  return followed('gzip', 'member', input)
}

function readMember(
  input: CompressedInput,
  inflater: RawInflater,
  write: WriteContent,
): InputReadProblem | null {
  const { offset } = input
  const header = skipGzipHeader(input)
  if (header === 'damaged') return damaged('gzip', offset, 'header crc mismatch')
  if (header === 'end') return endsEarly('gzip', input)
  const content = new MemberContent(write)
  input.mark()
  inflateData(input, inflater, content, Infinity)
  if (inflater.error !== null) {
    const stepFrom = input.offset
    if (input.goBack()) {
      content.startAgain()
      inflateData(input, inflater, content, stepFrom)
    }
  }
  if (inflater.error !== null) return damaged('gzip', input.offset, inflater.error)
  if (!inflater.isEnded || !input.ensure(TRAILER_BYTES)) return endsEarly('gzip', input)
  if (input.uint32le(0) !== content.crc) return damaged('gzip', input.offset, 'incorrect data check')
  if (input.uint32le(4) !== content.length % 2 ** 32)
    return damaged('gzip', input.offset + 4, 'incorrect length check')
  input.take(TRAILER_BYTES)
  return null
}

/** Inflates up to the end of the data, the end of the file, or damage. Does not consume the piece with the damage. */
function inflateData(
  input: CompressedInput,
  inflater: RawInflater,
  content: MemberContent,
  stepFrom: number,
): void {
  inflater.reset()
  while (!inflater.isEnded && input.ensure(1)) {
    const left = stepFrom - input.offset
    const count = Math.min(input.available, left > 0 ? Math.min(PIECE_BYTES, left) : 1)
    const taken = inflater.inflate(input.bytes, input.from, count, content.take)
    if (inflater.error !== null) return
    input.take(taken)
  }
}

/** The content of a member. */
class MemberContent {
  // Invariants: #length bytes with CRC-32 `crc` were passed to #write. The next #written bytes repeat them.
  readonly #write: WriteContent
  #written = 0
  length = 0
  crc = 0

  constructor(write: WriteContent) {
    this.#write = write
  }

  /** Called before the content is inflated again from the start. Bytes already written are not written again. */
  startAgain(): void {
    this.#written = this.length
  }

  readonly take = (output: Uint8Array, count: number): void => {
    const from = Math.min(this.#written, count)
    this.#written -= from
    if (from === count) return
    this.crc = crc32(output.subarray(from, count), this.crc)
    this.length += count - from
    this.#write(output, from, count)
  }
}

import { ByteBuilder } from './byte-builder.js'
import { type Chunk, type ChunkFormat, type ChunkTarget, chunkBytes, ZERO_BYTE } from './chunk.js'

function writeContent(target: ChunkTarget, chunk: Chunk): void {
  if (chunk.markerBytes > 0) target.append(chunk.marker, 0, chunk.markerBytes)
  if (chunk.zeros > 0) target.repeat(ZERO_BYTE, chunk.zeros)
  if (chunk.to > chunk.from) target.append(chunk.bytes, chunk.from, chunk.to)
}

const HEADER_BEGIN = '{"_":"--------------------'
const ESCAPED_BRACE = new TextEncoder().encode('\\x7B')

// The header still gives the size of the payload itself.
function writeGuarded(target: ChunkTarget, { marker, markerBytes, zeros, bytes, from, to }: Chunk): void {
  if (markerBytes > 0) target.append(marker, 0, markerBytes)
  if (zeros > 0) target.repeat(ZERO_BYTE, zeros)
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
  let at = 0
  for (let brace = 0; brace >= 0; ) {
    brace = payload.indexOf(HEADER_BEGIN, at, 'latin1')
    const end = brace < 0 ? payload.length : brace
    if (end > at) target.append(payload, at, end)
    if (brace >= 0) target.append(ESCAPED_BRACE, 0, ESCAPED_BRACE.length)
    at = end + 1
  }
}

/** Writes chunks as they are, with nothing between them. */
export class RawFormat implements ChunkFormat {
  write(target: ChunkTarget, chunk: Chunk): void {
    writeContent(target, chunk)
  }
}

/** Writes a line with side and size before each chunk (`-d`). */
export class HeaderFormat implements ChunkFormat {
  readonly #line = new ByteBuilder()
  readonly #isGuarded: boolean

  /** @param isGuarded True for a terminal: payload that looks like a header has its brace shown as `\x7B`. */
  constructor(isGuarded = false) {
    this.#isGuarded = isGuarded
  }

  write(target: ChunkTarget, chunk: Chunk): void {
    const line = this.#line
    line.clear()
    line.putText(`\r\n${HEADER_BEGIN}","side":"`)
    line.putInteger(chunk.side)
    line.putText('","size":"')
    line.putInteger(chunkBytes(chunk))
    line.putText('"}\r\n')
    target.append(line.bytes, 0, line.length)
    if (this.#isGuarded) writeGuarded(target, chunk)
    else writeContent(target, chunk)
  }
}

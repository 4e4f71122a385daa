import { ByteBuilder } from './byte-builder.js'
import { type Chunk, type ChunkFormat, type ChunkTarget, chunkBytes, ZERO_BYTE } from './chunk.js'

function writeContent(target: ChunkTarget, chunk: Chunk): void {
  if (chunk.markerBytes > 0) target.append(chunk.marker, 0, chunk.markerBytes)
  if (chunk.zeros > 0) target.repeat(ZERO_BYTE, chunk.zeros)
  if (chunk.to > chunk.from) target.append(chunk.bytes, chunk.from, chunk.to)
}

/** Chunks as they are, nothing between them. */
export class RawFormat implements ChunkFormat {
  write(target: ChunkTarget, chunk: Chunk): void {
    writeContent(target, chunk)
  }
}

/** Chunks with a line before each that tells its side and size (`-d`). */
export class HeaderFormat implements ChunkFormat {
  readonly #line = new ByteBuilder()

  write(target: ChunkTarget, chunk: Chunk): void {
    const line = this.#line
    line.clear()
    line.putText('\r\n{"_":"--------------------","side":"')
    line.putInteger(chunk.side)
    line.putText('","size":"')
    line.putInteger(chunkBytes(chunk))
    line.putText('"}\r\n')
    target.append(line.bytes, 0, line.length)
    writeContent(target, chunk)
  }
}

import type { ByteSource } from '../../src/input/byte-source.js'

/** Reads a source to its end through a shared buffer of `bytes`, which is spoiled between reads, and closes it. */
export async function drain(source: ByteSource, bytes = 4096): Promise<Buffer> {
  const parts: Buffer[] = []
  const target = new Uint8Array(new SharedArrayBuffer(bytes))
  for (;;) {
    const count = await source.read(target)
    if (count === 0) break
    parts.push(Buffer.from(target.slice(0, count)))
    target.fill(0xee)
  }
  await source.close()
  return Buffer.concat(parts)
}

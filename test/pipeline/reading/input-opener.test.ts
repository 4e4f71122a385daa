import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { InputError } from '../../../src/errors.js'
import type { ByteSource } from '../../../src/input/byte-source.js'
import type { Decompression } from '../../../src/input/decompression.js'
import type { Input } from '../../../src/input/input.js'
import { InputOpener } from '../../../src/pipeline/reading/input-opener.js'
import { drain } from '../../input/drain.js'
import { INLINE } from '../../input/inline-decompression.js'
import { temporaryFolder } from '../../input/temporary-folder.js'

const folder = temporaryFolder()
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0])

function fileOf(name: string, content: Uint8Array): Input {
  writeFileSync(join(folder, name), content)
  return { kind: 'file', path: join(folder, name) }
}

/** Counts what is unpacked at one moment. */
class CountingDecompression implements Decompression {
  opened = 0
  most = 0

  open(): Promise<ByteSource> {
    this.opened += 1
    this.most = Math.max(this.most, this.opened)
    let isClosed = false
    const close = async () => {
      if (!isClosed) this.opened -= 1
      isClosed = true
    }
    const source: ByteSource = {
      read: () => Promise.resolve(0),
      isAtEnd: true,
      bytesRead: 0,
      totalBytes: 0,
      isDecompressed: true,
      problem: null,
      close,
    }
    return Promise.resolve(source)
  }
}

it('InputOpener gives inputs in their order, whatever they are', async () => {
  const inputs: Input[] = [
    fileOf('a', Buffer.from('plain')),
    { kind: 'file', path: join(folder, 'none') },
    fileOf('b', gzipSync('gzip')),
    { kind: 'stdin', path: '-' },
    fileOf('c', Buffer.from('')),
  ]
  const stdin = Readable.from([Buffer.from('stream')], { objectMode: false })
  const opener = new InputOpener(inputs, INLINE, stdin)
  const contents: string[] = []
  for (const input of inputs) {
    try {
      contents.push((await drain(opener.open(input))).toString())
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      contents.push('cannot be opened')
    }
  }
  expect(contents).toEqual(['plain', 'cannot be opened', 'gzip', 'stream', ''])
  await opener.close()
})

it('InputOpener unpacks a few inputs ahead, and closes what nobody asked for', async () => {
  const before = readdirSync('/proc/self/fd').length
  const inputs = Array.from({ length: 30 }, (_, i) => fileOf(`${i}.zst`, ZSTD))
  const decompression = new CountingDecompression()
  const opener = new InputOpener(inputs, decompression, undefined)
  for (const input of inputs.slice(0, 10)) {
    const source = opener.open(input)
    await source.read(new Uint8Array(10))
    await new Promise((done) => setTimeout(done, 1))
    await source.close()
  }
  expect(decompression.most).toBeGreaterThan(1)
  expect(decompression.most).toBeLessThanOrEqual(9)
  await opener.close()
  expect(decompression.opened).toBe(0)
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
})

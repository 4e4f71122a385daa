import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Input } from '../../src/input/input.js'
import { orderByFirstPacket } from '../../src/input/order-inputs.js'
import { PcapngBuilder, pcapFile } from '../support/capture-writers.js'
import { INLINE } from './inline-decompression.js'
import { temporaryFolder } from './temporary-folder.js'

const folder = temporaryFolder()
const frame = new Uint8Array(10)

function add(name: string, content: Uint8Array): Input {
  const path = join(folder, name)
  writeFileSync(path, content)
  return { kind: 'file', path }
}

const at = (tsSec: number, tsNsec = 0, bytes = frame) =>
  pcapFile([{ tsSec, tsNsec, frame: bytes, originalBytes: bytes.length }], {
    magic: 0xa1b23c4d,
    nsecPerUnit: 1,
    snaplen: 2_000_000,
  })
const ngAt = (tsSec: number, bytesBefore: number) =>
  new PcapngBuilder()
    .section()
    .block(10, new Uint8Array(bytesBefore))
    .interface(1)
    .enhanced(0, BigInt(tsSec) * 1_000_000n, frame)
    .done()

async function order(...inputs: Input[]): Promise<string[]> {
  return (await orderByFirstPacket(inputs, { maxInterfaces: 10 }, INLINE)).map(({ path }) => basename(path))
}

describe('orderByFirstPacket()', () => {
  it('sorts by seconds, then nanoseconds, whatever the format and compression', async () => {
    const inputs = [
      add('late.pcap', at(300)),
      add('second.pcap', at(100, 2)),
      add('first.pcap', at(100, 1)),
      add('middle.pcapng', ngAt(200, 4)),
      add('earliest.gz', gzipSync(at(50))),
    ]
    expect(await order(...inputs)).toEqual([
      'earliest.gz',
      'first.pcap',
      'second.pcap',
      'middle.pcapng',
      'late.pcap',
    ])
  })

  it('leaves inputs of the same time as they were given', async () => {
    const inputs = ['z', 'm', 'a'].map((name) => add(name, at(7)))
    expect(await order(...inputs)).toEqual(['z', 'm', 'a'])
  })

  it('puts what has no time last, as it was given: standard input, what cannot be read, what has no packet', async () => {
    const inputs: Input[] = [
      { kind: 'stdin', path: '-' },
      { kind: 'file', path: join(folder, 'missing') },
      add('late.pcap', at(9)),
      add('text', new TextEncoder().encode('not a capture')),
      add('none.pcap', pcapFile([])),
      add('early.pcap', at(8)),
    ]
    expect(await order(...inputs)).toEqual(['early.pcap', 'late.pcap', '-', 'missing', 'text', 'none.pcap'])
  })

  it('finds a first packet that begins or ends beyond the first bytes', async () => {
    const inputs = [
      add('long', at(3, 0, new Uint8Array(1_500_000))),
      add('behind-a-block', ngAt(2, 200_000)),
      add('behind-more', ngAt(1, 3_000_000)),
      add('too-far', ngAt(0, 20_000_000)),
      add('short', at(4)),
    ]
    expect(await order(...inputs)).toEqual(['behind-more', 'behind-a-block', 'long', 'short', 'too-far'])
  })

  it('orders many files', async () => {
    const inputs = Array.from({ length: 300 }, (_, i) => add(`many-${i}`, at(1000 + ((i * 7919) % 300))))
    const sorted = await order(...inputs)
    expect(new Set(sorted).size).toBe(300)
    expect(sorted[0]).toBe('many-0')
    expect(sorted[7919 % 300]).toBe('many-1')
  })
})

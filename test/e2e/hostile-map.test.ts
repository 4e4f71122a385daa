import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MapFile } from '../../src/archive/map-file.js'
import { InputError } from '../../src/errors.js'
import { PACKED_UID_BYTES, packUid } from '../../src/output/map/map-format.js'
import { MapWriter } from '../../src/output/map/map-writer.js'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(folder, { recursive: true }))

const archive = join(folder, 'archive')
let map = Buffer.alloc(0)
let uids: string[] = []

beforeAll(async () => {
  const list = join(folder, 'list.jsonl')
  const captures = ['fixtures/fragments.pcap', 'fixtures/handshake.pcap', 'fixtures/icmp-errors.pcap']
  const { code } = await runProgram([...captures, '-q', '--no-write', '--map', archive, '--index', list])
  expect(code).toBe(0)
  map = readFileSync(join(archive, 'packets.map'))
  uids = [...readFileSync(list, 'utf8').matchAll(/"uid":"(\w+)"/g)].map(([, uid]) => uid!)
})

/** Reads everything there is. Only an InputError may be thrown. */
function readAll(path: string): void {
  let file: MapFile | null = null
  try {
    file = new MapFile(path)
    for (const uid of uids) file.find(uid)
    for (const { key } of file.entries()) if (key !== null) file.companyOf(key)
    for (const input of [0, 1, 2, 99]) file.checkpointsOf(input)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
  } finally {
    file?.close()
  }
}

/** Bytes of a number in an entry. */
function groups(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/** An archive like the whole one, in which each connection has this entry, with right checksums. */
function forged(name: string, entry: Uint8Array): string {
  const made = join(folder, name)
  mkdirSync(made, { recursive: true })
  for (const file of readdirSync(archive)) copyFileSync(join(archive, file), join(made, file))
  const writer = new MapWriter(join(made, 'packets.map'))
  const packed = uids.map((uid) => {
    const bytes = Buffer.alloc(PACKED_UID_BYTES)
    packUid(uid, bytes, 0)
    return bytes
  })
  for (const bytes of packed.sort((a, b) => a.compare(b))) {
    writer.begin(bytes, 0)
    writer.entry(Buffer.from(entry), 0, entry.length)
  }
  writer.endEntries()
  writer.publish()
  return made
}

describe('a hostile packets.map', () => {
  it('is read or refused with one error, whatever bits are flipped and wherever it is cut', () => {
    const path = join(folder, 'damaged.map')
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 4 })
    fc.assert(
      fc.property(flips, fc.option(fc.nat()), (bits, cut) => {
        const bytes = Buffer.from(cut === null ? map : map.subarray(0, cut % map.length))
        for (const [at, bit] of bits) if (bytes.length > 0) bytes[at % bytes.length]! ^= 1 << bit
        writeFileSync(path, bytes)
        readAll(path)
      }),
      { numRuns: 500 },
    )
  })

  it('is read or refused with one error where its checksums are right', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (entry) =>
        readAll(join(forged('entries', entry), 'packets.map')),
      ),
      { numRuns: 200 },
    )
  })

  const FAR = 2 ** 50
  it.each([
    ['no packets', [0, 0, 1]],
    ['a packet beyond the end', [2, FAR, 0, 0, 1]],
    ['a packet inside another one', [2, 25, 16, 17, 0, 0, 1]],
    ['a packet in the header', [2, 3, 0, 0, 1]],
    ['an input that there is not', [3, 77, 24, 0, 0, 1]],
    ['another packet of a frame', [4, 9, 2, 24, 0, 0, 1]],
    ['the same packet many times', [2, 24, ...Array<number>(5000).fill(1), 0, 0, 1]],
    ['only copies, errors and fragments', [6, 2, 24, 7, 16, 8, 16, 0, 0, 1]],
    ['a wrong order', [2, 800, 2, 24, 0, 0, 1]],
    ['companions that there are not', [2, 24, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['a large ordinal', [2, 24, 0, 0, FAR]],
  ])('with %s makes neither get nor explain crash', async (name, numbers) => {
    const made = forged(name, Uint8Array.from(numbers.flatMap(groups)))
    const [uid = ''] = uids
    const out = join(folder, `${name} out`)
    for (const args of [
      ['get', made, uid, '-o', out, '--force'],
      ['get', made, uid, '--as', 'pcap', '-o', out, '--force'],
      ['explain', made, uid],
    ]) {
      const { code, stderr } = await runProgram(args)
      expect([0, 1]).toContain(code)
      expect(stderr).not.toMatch(/bug:|\bat \S+:\d+|TypeError|RangeError/)
    }
  })
})

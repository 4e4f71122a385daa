import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { InputSummary, Summary } from '../../src/summary.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

const FIRST_SEC = 1_709_631_000
const FIXTURES = resolve('fixtures')
const PAYLOADS = ['one ', 'two, longer ', 'three ', '4 ', 'five, the longest of all ', 'six']
const NAME = '20240305093000-UDP-192.0.2.1.4000-198.51.100.1.4001.txt'

const script = new Script(FIRST_SEC)
const datagrams = script.udp({
  client: endpoint('192.0.2.1', 4_000),
  server: endpoint('198.51.100.1', 4_001),
})
for (const payload of PAYLOADS) datagrams.send(0, payload)

// [format, whole capture, bytes of the record or block of a frame]
const formats: [string, Buffer, (frameBytes: number) => number][] = [
  ['pcap', script.toPcap(), (frameBytes) => 16 + frameBytes],
  ['pcapng', script.toPcapng(), (frameBytes) => 32 + Math.ceil(frameBytes / 4) * 4],
]
/** Ethernet, IPv4 and UDP. */
const HEADERS_BYTES = 42

async function convert(folder: string, args: readonly string[]) {
  const options = ['-o', 'out', '-q', '--summary', 'summary.json']
  const { code, stderr } = await runProgram([...args, ...options], { cwd: folder })
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
  const out = join(folder, 'out')
  const tree = existsSync(out) ? readTree(out) : new Map<string, Buffer>()
  return { code, stderr, summary, tree }
}

describe.concurrent.each(formats)('a %s file', (format, whole, recordBytes) => {
  const ends = [
    whole.length - PAYLOADS.reduce((sum, { length }) => sum + recordBytes(HEADERS_BYTES + length), 0),
  ]
  for (const { length } of PAYLOADS) ends.push(ends.at(-1)! + recordBytes(HEADERS_BYTES + length))

  it('that is cut at any byte gives the packets before it, and says where its last record begins', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'cut'))
      const nameOf = (bytes: number) => `${String(bytes).padStart(4, '0')}.${format}`
      for (let bytes = 0; bytes <= whole.length; bytes++) {
        writeFileSync(join(folder, 'cut', nameOf(bytes)), whole.subarray(0, bytes))
      }
      const { code, summary, tree } = await convert(folder, ['cut', '--per-file', '--workers', '2'])
      expect(code).toBe(1)
      expect(summary.errors).toEqual([])
      expect(summary.inputs).toHaveLength(whole.length + 1)
      const inputs = new Map(summary.inputs.map((input) => [basename(input.path), input]))
      for (let bytes = 0; bytes <= whole.length; bytes++) {
        const packets = Math.max(0, ends.filter((end) => end <= bytes).length - 1)
        const { status, problems, ...input } = inputs.get(nameOf(bytes))!
        expect([bytes, input.packets]).toEqual([bytes, packets])
        const isWhole = ends.includes(bytes)
        const content = tree.get(`${nameOf(bytes)}/${NAME}`)?.toString() ?? ''
        expect([bytes, content]).toEqual([bytes, PAYLOADS.slice(0, packets).join('')])
        if (isWhole) expect([bytes, status, problems]).toEqual([bytes, 'ok', []])
        else if (bytes > ends[0]!) {
          expect([bytes, status, problems[0]?.offset]).toEqual([
            bytes,
            packets > 0 ? 'partial' : 'failed',
            ends[packets],
          ])
        }
        for (const { message } of problems) expect(message).toContain(`${nameOf(bytes)}" at byte `)
      }
    }))

  it('gives all packets but a record of impossible length, and the other inputs go on', () =>
    withFolder(async (folder) => {
      const damaged = Buffer.from(whole)
      // Captured length of a pcap record, or total length of a pcapng block.
      const lengthAt = ends[3]! + (format === 'pcap' ? 8 : 4)
      damaged.writeUInt32LE(0xffff_fff1, lengthAt)
      writeFileSync(join(folder, `a.${format}`), damaged)
      writeFileSync(join(folder, 'b.pcap'), readFileSync(join(FIXTURES, 'dns.pcap')))
      const { code, stderr, summary, tree } = await convert(folder, [`a.${format}`, 'b.pcap', '--per-file'])
      expect(code).toBe(1)
      expect(stderr).toContain(`"a.${format}" at byte ${ends[3]}: `)
      expect(summary.inputs.map(({ status, packets }) => [status, packets])).toEqual([
        ['partial', PAYLOADS.length - 1],
        ['ok', expect.any(Number)],
      ])
      const lost = ends[4]! - ends[3]!
      expect(summary.damage).toEqual({ holes: 1, lost_bytes: lost })
      expect(summary.inputs[0]!.problems).toMatchObject([{ offset: ends[3], length: lost }])
      expect(tree.get(`a.${format}/${NAME}`)?.toString()).toBe(PAYLOADS.toSpliced(3, 1).join(''))
      expect([...tree.keys()].filter((name) => name.startsWith('b.pcap/')).length).toBeGreaterThan(1)
    }))
})

it.concurrent('a gzip file that is cut gives what can be read of it, and a place', () =>
  withFolder(async (folder) => {
    const long = new Script(FIRST_SEC)
    const many = long.udp({ client: endpoint('192.0.2.1', 4_000), server: endpoint('198.51.100.1', 4_001) })
    for (let i = 0; i < 500; i++) many.send(0, `${Math.sin(i)}`)
    const compressed = gzipSync(long.toPcap())
    writeFileSync(join(folder, 'cut.pcap.gz'), compressed.subarray(0, compressed.length >> 1))
    const { code, stderr, summary, tree } = await convert(folder, ['cut.pcap.gz'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/cut\.pcap\.gz" at byte \d+: /)
    const [input] = summary.inputs
    expect(input).toMatchObject({ status: 'partial' } satisfies Partial<InputSummary>)
    expect(input!.packets).toBeGreaterThan(50)
    const all = Array.from({ length: 500 }, (_, i) => `${Math.sin(i)}`)
    expect(tree.get(NAME)?.toString()).toBe(all.slice(0, input!.packets).join(''))
  }))

// [what, file and content (none: there is no such input), what the message says]
const noCaptures: [string, string, string | null, RegExp][] = [
  ['an empty file', 'empty.pcap', '', /"empty\.pcap"/],
  ['a file of one byte', 'byte.pcap', '\xa1', /"byte\.pcap"/],
  ['a text file', 'notes.txt', 'no capture at all, just some text\n'.repeat(50), /"notes\.txt"/],
  ['a missing file', 'missing.pcap', null, /"missing\.pcap": no such file/],
  ['a pattern without a match', 'x*.pcap', null, /"x\*\.pcap"/],
]
it.concurrent.each(noCaptures)(
  '%s is named and answered with 1, and the other inputs go on',
  (_what, name, content, message) =>
    withFolder(async (folder) => {
      if (content !== null) writeFileSync(join(folder, name), content, 'latin1')
      writeFileSync(join(folder, 'good.pcap'), script.toPcap())
      const { code, stderr, summary, tree } = await convert(folder, [name, 'good.pcap'])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toMatch(message)
      expect(summary.packets.read).toBe(PAYLOADS.length)
      expect(tree.get(NAME)?.toString()).toBe(PAYLOADS.join(''))
    }),
)

it.concurrent('a folder without captures is named and answered with 1', () =>
  withFolder(async (folder) => {
    mkdirSync(join(folder, 'nothing', 'in', 'it'), { recursive: true })
    const { code, stderr } = await convert(folder, ['nothing'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/"nothing"/)])
  }))

it.concurrent('the committed damaged captures give what comes before the damage', () =>
  withFolder(async (folder) => {
    const { code, summary, tree } = await convert(folder, [join(FIXTURES, 'damaged')])
    expect(code).toBe(1)
    for (const { status, problems, packets } of summary.inputs) {
      expect([status, packets > 0]).toEqual(['partial', true])
      expect(problems[0]?.offset).toBeGreaterThan(0)
    }
    expect(tree.size).toBeGreaterThan(0)
  }))

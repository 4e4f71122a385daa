import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import type { DraftRecord } from '../determinism/record-troubles.js'
import { resultsOf } from '../metamorphic/results.mjs'
import { cut, type Encapsulation, encapsulated, fileOf, mixed } from '../metamorphic/transformations.js'
import { ethernet, ipv4, tcp } from '../support/frames.js'
import { runProgram } from '../support/program.js'

const FORM = { format: 'pcap', bigEndian: false, nanoseconds: false, isCompressed: false } as const
const TCP = 6
const FIN = 0x01
const SYN = 0x02
const ACK = 0x10
/** Offset of the server's stream at which each test has two copies, and the text that is there. */
const AT = 9
const INJECTED = '302 Found\r\nLocation: http://evil'
const REAL = '200 OK\r\nContent-Length: 5\r\n\r\nhel'
/** From the first letter that differs to the last one. */
const SPAN = 31
const DIFFERENT = [...INJECTED].filter((letter, i) => letter !== REAL[i]).length

interface Story {
  /** Seconds between the two copies. */
  laterSec?: number
  /** The client acknowledges the first copy before the second one comes. */
  isAcknowledged?: boolean
  /** Bytes that the server sends between the copies, in segments of `pieceBytes`. */
  between?: number
  pieceBytes?: number
  /** The segment before the copies comes after them: both are early. */
  isEarly?: boolean
}

/** A server that sends `HTTP/1.1 `, the injected text, and the real one for the same place. */
function story({ laterSec = 0.03, isAcknowledged = false, between = 0, pieceBytes = 1400, isEarly }: Story) {
  const records: DraftRecord[] = []
  let ns = 1e9
  const send = (fromServer: boolean, flags: number, seq: number, ack: number, payload = '') => {
    const [src, dst] = fromServer ? [80, 50_000] : [50_000, 80]
    const addresses = fromServer
      ? { src: '198.51.100.80', dst: '192.0.2.7' }
      : { src: '192.0.2.7', dst: '198.51.100.80' }
    const segment = tcp({ srcPort: src, dstPort: dst, seq, ack, flags }, Buffer.from(payload, 'latin1'))
    const frame = ethernet(ipv4({ protocol: TCP, ...addresses }, segment))
    records.push({ ns, frame, originalBytes: frame.length })
    ns += 1_000_000
  }
  const server = 7001
  send(false, SYN, 1000, 0)
  send(true, SYN | ACK, 7000, 1001)
  send(false, ACK, 1001, server)
  send(false, ACK, 1001, server, 'GET / HTTP/1.1\r\n\r\n')
  if (!isEarly) send(true, ACK, server, 1019, 'HTTP/1.1 ')
  send(true, ACK, server + AT, 1019, INJECTED)
  const end = server + AT + INJECTED.length
  for (let sent = 0; sent < between; sent += pieceBytes)
    send(true, ACK, end + sent, 1019, 'x'.repeat(Math.min(pieceBytes, between - sent)))
  if (isAcknowledged) send(false, ACK, 1019, end + between)
  ns += laterSec * 1e9
  send(true, ACK, server + AT, 1019, REAL)
  if (isEarly) send(true, ACK, server, 1019, 'HTTP/1.1 ')
  send(true, FIN | ACK, end + between, 1019)
  send(false, FIN | ACK, 1019, end + between + 1)
  return records
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-conflicts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const summed = (rows: readonly Record<string, unknown>[], name: string) =>
  rows.reduce((sum, row) => sum + Number(row[name]), 0)

/** Conflicts, bytes that came again (with the same content or not), and times that there was nothing to compare with. */
async function countsOf(files: Parameters<typeof resultsOf>[1], options = {}) {
  const { records, limits } = await resultsOf(folder, files, { noWrite: true, ...options })
  const conflicts = summed(records, 'resp_conflict_bytes')
  expect(summed(records, 'overlap_conflicts')).toBe(conflicts)
  return [conflicts, summed(records, 'resp_retrans_bytes'), limits.conflict_window ?? 0]
}

describe('a copy with other bytes', () => {
  // [what happens, conflicts, times that nothing was compared]
  const stories: [string, Story, number, number][] = [
    ['comes within a second', {}, DIFFERENT, 0],
    ['comes within a second, of acknowledged bytes', { isAcknowledged: true, laterSec: 0.9 }, DIFFERENT, 0],
    ['comes late, of acknowledged bytes', { isAcknowledged: true, laterSec: 1.1 }, 0, 1],
    ['comes late, of bytes that nobody acknowledged', { laterSec: 60 }, DIFFERENT, 0],
    ['comes after 200 KiB', { between: 200 * 1024 }, DIFFERENT, 0],
    ['comes after 256 KiB', { between: 256 * 1024 }, 0, 1],
    ['comes after 250 segments', { between: 250, pieceBytes: 1 }, DIFFERENT, 0],
    ['comes after 300 segments', { between: 300, pieceBytes: 1 }, 0, 1],
    ['is held with the first one', { isEarly: true }, DIFFERENT, 0],
  ]
  it.each(stories)('that %s', async (_what, told, conflicts, unknown) => {
    const records = story(told)
    expect(await countsOf([fileOf(records, FORM)])).toEqual([conflicts, REAL.length, unknown])
    // The same where the input cannot be read twice.
    const gzipped = fileOf(records, { ...FORM, isCompressed: true })
    expect(await countsOf([gzipped])).toEqual([conflicts, REAL.length, unknown])
  })

  const wanted = [DIFFERENT, REAL.length, 0]

  it.each([
    { workers: 1 },
    { workers: 2 },
    { workers: 3 },
    { workers: 2, memory: '1M' },
    { workers: 2, memory: '1M', maxFileDesc: 1, noWrite: false },
    { noWrite: false, separateSides: true },
    { overlap: 'last' as const },
  ])('counts the same with %j', async (options) => {
    const records = story({ between: 100_000 })
    expect(await countsOf([fileOf(records, FORM)], options)).toEqual(wanted)
    expect(await countsOf([fileOf(records, { ...FORM, isCompressed: true })], options)).toEqual(wanted)
  })

  it.each(['vlan', 'gre', 'vxlan'] as Encapsulation[])('counts the same inside of %s', async (kind) => {
    expect(await countsOf([fileOf(encapsulated(story({}), kind), FORM)])).toEqual(wanted)
  })

  it('counts the same in files cut anywhere, in other formats, merged, and with much traffic of others', async () => {
    const random = new Random(4)
    const records = story({ between: 3000 })
    for (const form of [FORM, { ...FORM, format: 'pcapng' as const, bigEndian: true }]) {
      expect(await countsOf(cut(records, form, 8, random))).toEqual(wanted)
      expect(await countsOf(cut(records, form, 4, random), { merge: true })).toEqual(wanted)
      expect(await countsOf([fileOf(mixed(records, 20_000, random), form)])).toEqual(wanted)
    }
  })
})

describe('--conflicts', () => {
  const lines = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  const hex = (letters: string) => Buffer.from(letters).toString('hex')

  it.each([
    ['delivered', {}, 6, 7],
    ['held', { isEarly: true }, 5, 6],
  ])('lists both copies and both packets, the first one %s', async (_what, told, first, second) => {
    const records = story(told)
    const inFirst = 5
    const a = fileOf(records.slice(0, inFirst), FORM, 'a')
    const b = fileOf(records.slice(inFirst), { ...FORM, format: 'pcapng' }, 'b')
    for (const { name, bytes } of [a, b]) writeFileSync(join(folder, name), bytes)
    const args = [a.name, b.name, '--no-write', '-q', '--index', 'i.jsonl', '--force']
    const { code, stderr } = await runProgram([...args, '--conflicts', 'c.jsonl'], { cwd: folder })
    expect([code, stderr.toString()]).toEqual([0, ''])
    const [record] = lines('i.jsonl')
    const place = (number: number) =>
      number <= inFirst ? { file: a.name, packet: number } : { file: b.name, packet: number - inFirst }
    expect(lines('c.jsonl')).toEqual([
      {
        uid: record.uid,
        side: 1,
        offset: AT,
        length: SPAN,
        bytes: DIFFERENT,
        first: { ...place(first), ts: expect.any(Number), data: hex(INJECTED.slice(0, SPAN)) },
        second: { ...place(second), ts: expect.any(Number), data: hex(REAL.slice(0, SPAN)) },
      },
    ])
  })

  it('sums up to the conflicts of the index, in the order of packets, for any number of workers', async () => {
    const records = [...story({ between: 900 }), ...story({ laterSec: 0.2 })]
    writeFileSync(join(folder, 'two.pcap.gz'), gzipSync(fileOf(records, FORM).bytes))
    const texts = []
    for (const workers of ['1', '3']) {
      const args = ['two.pcap.gz', '--no-write', '-q', '--force', '--workers', workers]
      await runProgram([...args, '--conflicts', 'c.jsonl', '--index', 'i.jsonl'], { cwd: folder })
      texts.push(readFileSync(join(folder, 'c.jsonl'), 'utf8'))
    }
    expect(texts[0]).toBe(texts[1])
    expect(summed(lines('c.jsonl'), 'bytes')).toBe(summed(lines('i.jsonl'), 'overlap_conflicts'))
    const times = lines('c.jsonl').map(({ second }) => second.ts)
    expect(times).toEqual(times.toSorted((x, y) => x - y))
  })
})

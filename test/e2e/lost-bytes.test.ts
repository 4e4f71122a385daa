import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp, text } from '../support/frames.js'
import { runProgram, withFolder } from '../support/program.js'

const HANG_MS = 60_000
const CLIENT = { src: '10.0.0.1', dst: '10.0.0.2' }
const SERVER = { src: '10.0.0.2', dst: '10.0.0.1' }
/** Of `ulimit -f`: 4 KiB. */
const LARGEST_FILE_BLOCKS = 8

interface Segment {
  readonly side?: 0 | 1
  readonly flags: number
  readonly seq: number
  readonly ack?: number
  readonly payload?: string
}

const SYN = 2
const ACK = 16
const FIN = 1

/** The packets of one connection of the client port, a millisecond apart. */
function connection(port: number, segments: readonly Segment[]): WrittenPacket[] {
  return segments.map(({ side = 0, flags, seq, ack = 0, payload = '' }, i) => {
    const [srcPort, dstPort] = side === 0 ? [port, 80] : [80, port]
    const segment = tcp({ srcPort, dstPort, seq, ack, flags }, text(payload))
    const frame = ethernet(ipv4({ ...(side === 0 ? CLIENT : SERVER), protocol: 6 }, segment))
    return { tsSec: 1_700_000_000, tsNsec: 1_000_000 * (i % 999), frame, originalBytes: frame.length }
  })
}

/** A client whose numbers jump by 2,000,000,000 again and again, every jump acknowledged twice. */
function jumping(port: number, jumps: number): WrittenPacket[] {
  const segments: Segment[] = [{ flags: SYN, seq: 0 }]
  let seq = 1
  for (let jump = 0; jump < jumps; jump++) {
    seq = (seq + 2_000_000_000) >>> 0
    segments.push({ flags: ACK, seq, payload: 'x' })
    seq = (seq + 1) >>> 0
    const acknowledgment: Segment = { side: 1, flags: ACK, seq: 1, ack: seq }
    segments.push(acknowledgment, acknowledgment)
  }
  return connection(port, segments).map((packet, i) => ({ ...packet, tsSec: packet.tsSec + i }))
}

const small = (port: number, payload: string): WrittenPacket[] =>
  connection(port, [
    { flags: SYN, seq: 0 },
    { flags: ACK, seq: 1, payload },
  ])

function convert(folder: string, packets: readonly WrittenPacket[], args: readonly string[], shell?: string) {
  writeFileSync(join(folder, 'a.pcap'), pcapFile(packets))
  const all = ['a.pcap', '-o', 'out', '-q', '--gaps', 'zeros', '--summary', 's.json', ...args]
  return runProgram(all, { cwd: folder, timeoutMs: HANG_MS, ...(shell === undefined ? {} : { shell }) })
}

const summaryIn = (folder: string) => JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as Summary
const sizesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(folder, 'out')).map((name) => [
      name.replace(/^\d+-/, ''),
      statSync(join(folder, 'out', name)).size,
    ]),
  )

describe.concurrent('--gaps zeros', () => {
  it('limits the zeros of one direction, names it, and converts the other connections', () =>
    withFolder(async (folder) => {
      // More than a file may have on most file systems: 9,000 times 1.86 GiB.
      const packets = [...small(4001, 'one'), ...jumping(4000, 9_000), ...small(4002, 'two')]
      const { code, stderr } = await convert(folder, packets, ['-s'])
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(
          /^warning +"\d+-TCP-10\.0\.0\.1\.4000-10\.0\.0\.2\.80\.txt" [^\n]+ 64\.0 GiB \(limit gap_zeros\)\n$/,
        ),
      ])
      const sizes = sizesIn(folder)
      expect(sizes).toMatchObject({
        'TCP-10.0.0.1.4001-10.0.0.2.80.txt': 3,
        'TCP-10.0.0.1.4002-10.0.0.2.80.txt': 3,
      })
      expect(sizes['TCP-10.0.0.1.4000-10.0.0.2.80.txt']).toBeLessThan(2 ** 36 + 2 ** 20)
      expect(summaryIn(folder)).toMatchObject({
        errors: [],
        warnings: [expect.stringContaining('gap_zeros')],
      })
      expect(summaryIn(folder).limits.gap_zeros).toBeGreaterThan(8_000)
    }))

  it.skipIf(platform() !== 'linux')('gives up only the file that is too large for the file system', () =>
    withFolder(async (folder) => {
      const packets = [...small(4001, 'one'), ...jumping(4000, 3), ...small(4002, 'two')]
      const { code, stderr } = await convert(folder, packets, ['-s'], `ulimit -f ${LARGEST_FILE_BLOCKS}`)
      expect(code).toBeGreaterThan(0)
      expect(stderr).toMatch(/^error +Cannot write "out\/[^"]+\.4000-[^"]+": file too large \(EFBIG\)\n$/)
      expect(sizesIn(folder)).toMatchObject({
        'TCP-10.0.0.1.4001-10.0.0.2.80.txt': 3,
        'TCP-10.0.0.1.4002-10.0.0.2.80.txt': 3,
      })
      expect(summaryIn(folder).inputs).toMatchObject([{ status: 'ok' }])
    }),
  )

  // What the server sent was not captured, but for its SYN, FIN and ACKs.
  const lostSide = connection(4000, [
    { flags: SYN, seq: 0 },
    { side: 1, flags: SYN | ACK, seq: 100, ack: 1 },
    { flags: ACK, seq: 1, ack: 101, payload: 'GET x' },
    { side: 1, flags: FIN | ACK, seq: 111, ack: 6 },
    { flags: FIN | ACK, seq: 6, ack: 112 },
    { side: 1, flags: ACK, seq: 112, ack: 7 },
  ])
  const ZEROS = '\0'.repeat(10)

  it.each([
    ['a file of its own', ['-s'], { '1.4000-10.0.0.2.80.txt': 'GET x', '2.80-10.0.0.1.4000.txt': ZEROS }],
    ['its place in the file of both sides', [], { '1.4000-10.0.0.2.80.txt': `GET x${ZEROS}` }],
  ])('gives a direction that is wholly lost %s', (_what, args, files) =>
    withFolder(async (folder) => {
      const { code, stderr } = await convert(folder, lostSide, [...args, '--index', 'x.jsonl'])
      expect([code, stderr]).toEqual([0, ''])
      const written = readdirSync(join(folder, 'out')).map((name) => [
        name.replace(/^\d+-TCP-10\.0\.0\./, ''),
        readFileSync(join(folder, 'out', name), 'latin1'),
      ])
      expect(Object.fromEntries(written)).toEqual(files)
      const { resp_file, resp_missed_bytes } = JSON.parse(readFileSync(join(folder, 'x.jsonl'), 'utf8'))
      expect([typeof resp_file, resp_missed_bytes]).toEqual(['string', 10])
    }),
  )
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function indexed(name: string, place = ['fixtures']) {
  const archive = join(folder, `${basename(name)}-archive`)
  const list = join(folder, `${basename(name)}.jsonl`)
  const capture = join(...place, name)
  const { code } = await runProgram([
    capture,
    '-q',
    '--force',
    '--no-write',
    '--map',
    archive,
    '--index',
    list,
  ])
  expect(code).toBe(0)
  const uids = [...readFileSync(list, 'utf8').matchAll(/"uid":"(\w+)"/g)].map(([, uid]) => uid!)
  return { archive, uids, uid: uids[0]! }
}

/** Numbers of bytes, offset, and what became of them, of each packet with payload. */
async function explained(args: readonly string[]) {
  const { code, stdout, stderr } = await runProgram(['explain', ...args])
  expect([code, stderr]).toEqual([0, ''])
  const rows = stdout.toString().trimEnd().split('\n').slice(1)
  return rows
    .map((row) => row.split('\t'))
    .filter((row) => row[5] !== '0')
    .map((row) => [row[1], ...row.slice(5, 8)])
}

describe('explain', () => {
  it('says what became of bytes that came early, again, and with other content', async () => {
    const { archive, uid } = await indexed('overlap-conflict.pcap')
    expect(await explained([archive, uid])).toEqual([
      ['0', '67', '0', 'delivered 0-67'],
      ['0', '12', '78', 'held 78-90'],
      ['0', '12', '78', 'repeated 78-83, conflicting 83-89, repeated 89-90'],
      ['0', '11', '67', 'delivered 67-90'],
      ['1', '27', '0', 'delivered 0-27'],
    ])
  })

  it('shows the packets that hold a byte, or by which it was given up', async () => {
    const { archive, uid } = await indexed('lost-segment.pcap')
    expect(await explained([archive, uid, '--side', '1', '--offset', '80'])).toEqual([
      ['1', '21', '106', 'gap 71-94, delivered 94-127'],
    ])
    expect(await explained([archive, uid, '--offset', '10'])).toEqual([['0', '58', '0', 'delivered 0-58']])
  })

  it('has lines for duplicates, ICMP errors and fragments, each with the number of its frame', async () => {
    const numbersOf = async (name: string, nth: number) => {
      const { archive, uids } = await indexed(name)
      const { stdout } = await runProgram(['explain', archive, uids[nth]!])
      const rows = stdout.toString().trimEnd().split('\n').slice(1)
      return rows.map((row) => row.split('\t')).map((row) => [row[7], row[9]])
    }
    const fragment = 'fragment of the next datagram'
    expect(await numbersOf('fragments.pcap', 0)).toEqual([
      ['delivered 0-34', '1'],
      [fragment, '2'],
      [fragment, '3'],
      ['delivered 0-2564', '5'],
    ])
    expect(await numbersOf('icmp-errors.pcap', 0)).toEqual([
      ['delivered 0-33', '1'],
      ['ICMP error', '2'],
    ])
    const copies = await numbersOf('../test/e2e/data/dup-vlan.pcap', 0)
    expect(copies.slice(6, 8)).toEqual([
      ['delivered 0-18', '7'],
      ['duplicate 0-18', '8'],
    ])
  })

  it.each([
    ['whole', (bytes: Buffer) => bytes],
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ])('numbers frames far into a capture (%s)', async (what, pack) => {
    const start = readFileSync('fixtures/fragments.pcap')
    const first = start.subarray(24, 24 + 16 + start.readUInt32LE(24 + 8))
    const large = Buffer.alloc(16 + 60_000) // no IP in it
    large.writeUInt32LE(start.readUInt32LE(24), 0)
    large.writeUInt32LE(60_000, 8)
    large.writeUInt32LE(60_000, 12)
    const records = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? first : large))
    const path = join(folder, `far-${what}.pcap`)
    writeFileSync(path, pack(Buffer.concat([start.subarray(0, 24), ...records])))
    const { archive, uids } = await indexed(path, [])
    const { stdout } = await runProgram(['explain', archive, uids[0]!])
    const numbers = stdout.toString().trimEnd().split('\n').slice(1)
    expect(numbers.map((row) => Number(row.split('\t')[9]))).toEqual(
      [...records.keys()].filter((i) => i % 3 === 0).map((i) => i + 1),
    )
  })

  it.each([
    ['no connection', ['explain', 'archive']],
    ['two connections', ['explain', 'archive', 'CAAAAAAAAAAAAAAAAA', 'CAAAAAAAAAAAAAAAAB']],
    ['what is no side', ['explain', 'archive', 'CAAAAAAAAAAAAAAAAA', '--side', '2']],
  ])('refuses %s', async (_what, args) => {
    expect((await runProgram(args)).code).toBe(2)
  })
})

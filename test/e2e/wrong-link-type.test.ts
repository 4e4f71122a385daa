import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { ethernet, ipv4, text, udp } from '../support/frames.js'
import { runProgram, withFolder } from '../support/program.js'

const hello = ipv4({ protocol: 17 }, udp({ srcPort: 1024, dstPort: 53 }, text('hello')))
const other = ipv4({ protocol: 17 }, udp({ srcPort: 1025, dstPort: 53 }, text('hello')))
const packets = (frame: Uint8Array) =>
  Array.from({ length: 20 }, (_, index): WrittenPacket => {
    return { tsSec: 1_700_000_000 + index, tsNsec: 0, frame, originalBytes: frame.length }
  })
const WARNING = 'says ETHERNET (1), but its packets look like RAW (101)'

/** Converts a capture whose packets are raw IP and whose header says Ethernet, and one that is right. */
async function convert(...options: string[]) {
  return withFolder(async (folder) => {
    const wrong = join(folder, 'a.pcap')
    const right = join(folder, 'b.pcap')
    writeFileSync(wrong, pcapFile(packets(hello)))
    writeFileSync(right, pcapFile(packets(ethernet(other))))
    const summary = join(folder, 's.json')
    const run = await runProgram([wrong, right, '-o', join(folder, 'out'), '--summary', summary, ...options])
    return { ...run, summary: JSON.parse(readFileSync(summary, 'utf8')) as Record<string, unknown> }
  })
}

it('says which option reads a capture whose link type is wrong', async () => {
  const { code, stderr, summary } = await convert()
  expect(code).toBe(0)
  expect(summary.packets).toMatchObject({ read: 40, not_ip: 20, delivered: 20 })
  expect(summary.warnings).toEqual([expect.stringContaining(`${WARNING}: --link-type RAW reads them`)])
  expect(stderr).toContain(WARNING)
})

it('reads it with --link-type auto, and the next one as it says', async () => {
  const { code, summary } = await convert('--link-type', 'auto')
  expect(code).toBe(0)
  expect(summary.packets).toMatchObject({ read: 40, not_ip: 0, delivered: 40 })
  expect(summary.warnings).toEqual([expect.stringContaining(`${WARNING}: read so`)])
})

it('filters by the link type that was found', async () => {
  const { summary } = await convert('--link-type', 'auto', '-e', 'udp port 53')
  expect(summary.packets).toMatchObject({ read: 40, filtered: 0, delivered: 40 })
})

it('says nothing where the link type is given', async () => {
  const { summary } = await convert('--link-type', 'RAW')
  expect(summary.packets).toMatchObject({ delivered: 20 })
  expect(summary.warnings).toEqual([])
})

it('shows it in an inspection', async () => {
  await withFolder(async (folder) => {
    const capture = join(folder, 'a.pcap')
    writeFileSync(capture, pcapFile(packets(hello)))
    const plain = await runProgram(['inspect', capture])
    expect(plain.stdout.toString()).toContain('--link-type RAW')
    const auto = await runProgram(['inspect', capture, '--link-type', 'auto', '--json'])
    expect(auto.stdout.toString()).toContain('RAW (101)')
    expect(auto.stdout.toString()).toContain('"UDP"')
  })
})

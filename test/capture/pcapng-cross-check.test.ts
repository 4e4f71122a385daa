import { createRequire } from 'node:module'
import type { Transform } from 'node:stream'
import { expect, it } from 'vitest'
import { PcapngBuilder } from '../support/capture-writers.js'
import { readCapture } from '../support/read-capture.js'

// An independent reader, on what it reads right: one little-endian section, interfaces with options, Enhanced
// Packet Blocks (it takes microseconds for granted, and drops original lengths).
const require = createRequire(import.meta.url)
const PCAPNGParser = require('pcap-ng-parser') as new () => Transform

interface ParsedPacket {
  readonly interfaceId: number
  readonly timestampHigh: number
  readonly timestampLow: number
  readonly data: Uint8Array
}

function parse(file: Uint8Array): ParsedPacket[] {
  const parser = new PCAPNGParser()
  const packets: ParsedPacket[] = []
  parser.on('data', (packet: ParsedPacket) => packets.push(packet))
  parser.on('interface', () => {})
  parser.write(Buffer.from(file))
  for (let packet = parser.read(); packet !== null; packet = parser.read()) packets.push(packet)
  return packets
}

it('reads the packets that pcap-ng-parser reads', async () => {
  const file = new PcapngBuilder().section(true, [[4, [0x74, 0x65, 0x73, 0x74]]])
  file.interface(1, 0, [[2, [0x65, 0x74, 0x68, 0x30]]]).interface(113, 0, [[2, [0x61, 0x6e, 0x79, 0x30]]])
  for (let i = 0; i < 50; i++) {
    const frame = Uint8Array.from({ length: i * 3 }, (_, at) => at ^ i)
    file.enhanced(i % 2, 1_563_783_092_387_930n + BigInt(i) * 250_000n, frame)
  }
  const parsed = parse(file.done())
  await new Promise((resolve) => setImmediate(resolve))
  const { packets } = readCapture(file.done())
  expect(packets).toHaveLength(50)
  expect(parsed).toHaveLength(50)
  for (const [i, { interfaceId, timestampHigh, timestampLow, data }] of parsed.entries()) {
    const microseconds = timestampHigh * 2 ** 32 + timestampLow
    const tsSec = Math.floor(microseconds / 1e6)
    expect(packets[i]).toMatchObject({
      tsSec,
      tsNsec: (microseconds - tsSec * 1e6) * 1000,
      linkType: interfaceId === 0 ? 1 : 113,
      frame: new Uint8Array(data),
    })
  }
})

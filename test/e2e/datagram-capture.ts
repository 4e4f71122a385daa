import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { endpoint, ethernet, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'

/** A pcap file: one UDP datagram a second from 10.0.0.1:1000 to 10.0.0.2:53, from 2024-03-05 09:30:00 UTC on. */
export function datagramCapture(...payloads: string[]): Buffer {
  const src = endpoint('10.0.0.1', 1000)
  const dst = endpoint('10.0.0.2', 53)
  return toMemory((output) => {
    const writer = new PcapWriter(output)
    payloads.forEach((payload, i) => {
      const frame = ethernet(src, dst, ip(src, dst, UDP, udp(src, dst, Buffer.from(payload, 'latin1'))))
      output.bytes.set(frame, writer.begin())
      writer.end(frame.length, 1_709_631_000 + i, 0)
    })
  })
}

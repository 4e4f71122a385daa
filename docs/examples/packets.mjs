// Counts the packets of a capture by link type and size, whatever its format and compression.
// node docs/examples/packets.mjs capture.pcapng.gz

import { readCapture } from 'pcap2conn'

const counts = new Map()
for await (const { linkType, originalBytes } of readCapture(process.argv[2] ?? '')) {
  const key = `link type ${linkType}, ${originalBytes < 128 ? 'less than 128' : '128 or more'} bytes`
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
for (const [key, count] of counts) console.log(`${count} packets of ${key}`)

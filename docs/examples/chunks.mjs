// Prints a conversation as it went: when, who, how many bytes, and what the capture lost.
// node docs/examples/chunks.mjs capture.pcap

import { connections } from 'pcap2conn'

for await (const connection of connections(process.argv.slice(2))) {
  console.log(connection.record.community_id, connection.record.history)
  for await (const { side, tsSec, tsNsec, missingBefore, bytes } of connection.chunks()) {
    const time = `${tsSec}.${String(tsNsec).padStart(9, '0')}`
    const lost = missingBefore > 0 ? ` (after ${missingBefore} lost)` : ''
    console.log(`  ${time} ${side} ${bytes.length} bytes${lost}`)
  }
}

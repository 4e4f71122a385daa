// Prints, for each TCP connection of captures, who talked with whom and how each side began.
// node docs/examples/connections.mjs capture.pcap …

import { connections } from 'pcap2conn'

const run = connections(process.argv.slice(2), { filter: 'tcp' })
for await (const connection of run) {
  const { record } = connection
  console.log(`${record['id.orig_h']} -> ${record['id.resp_h']}:${record['id.resp_p']} ${record.conn_state}`)
  console.log(`  ${firstLine(await connection.payload('orig'))}`)
  console.log(`  ${firstLine(await connection.payload('resp'))}`)
}
for (const { path, problems } of run.summary?.inputs ?? [])
  for (const { message } of problems) console.error(`${path}: ${message}`)

/** @param {Uint8Array} payload */
function firstLine(payload) {
  return JSON.stringify(Buffer.from(payload).toString('latin1').split('\r\n', 1)[0])
}

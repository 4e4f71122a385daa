// Counts the packets of a pcapng file with pcap-ng-parser: node count-packets.mjs FILE
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { argv, exit } from 'node:process'

// The package has no types.
const PCAPNGParser = /** @type {new () => import('node:stream').Transform} */ (
  createRequire(import.meta.url)('pcap-ng-parser')
)
const parser = new PCAPNGParser()
let packets = 0
parser.on('data', () => {
  packets += 1
})
parser.on('error', (/** @type {Error} */ error) => {
  console.error(error.message)
  exit(1)
})
createReadStream(argv[2] ?? '')
  .on('close', () => setImmediate(() => console.log(packets))) // the parser never signals its end
  .pipe(parser)

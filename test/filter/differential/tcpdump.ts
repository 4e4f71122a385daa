import { execFile } from 'node:child_process'

const PROGRAM = 'tcpdump'

/**
 * Counts the packets that tcpdump takes from a file.
 *
 * @returns The number, or null when it refuses the expression.
 * @throws Error when there is no tcpdump, which the comparison cannot do without: `apt-get install tcpdump`.
 */
export function tcpdumpCount(file: string, expression: string): Promise<number | null> {
  return new Promise((done, fail) => {
    const options = { encoding: 'buffer', maxBuffer: 100_000_000 } as const
    execFile(PROGRAM, ['-r', file, '-w', '-', '--', expression], options, (error, output) => {
      if (error?.code === 'ENOENT') {
        fail(
          new Error(
            'The filter is compared with tcpdump, which is not installed here: apt-get install tcpdump',
          ),
        )
      } else if (error === null) done(recordsIn(output))
      else done(null)
    })
  })
}

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16

// tcpdump writes pcap in this machine's byte order.
function recordsIn(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
  let records = 0
  for (let at = FILE_HEADER_BYTES; at < file.length; records++) {
    at += RECORD_HEADER_BYTES + view.getUint32(at + 8, isLittle)
  }
  return records
}

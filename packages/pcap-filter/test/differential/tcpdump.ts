import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Counts the packets that tcpdump takes from each file. One shell starts it for all of them, which takes a fraction of the
 * time.
 *
 * @returns For each the number, or null when it refuses the expression.
 * @throws Error when there is no tcpdump, which the comparison cannot do without: `apt-get install tcpdump`.
 */
export async function tcpdumpCounts(
  pairs: readonly (readonly [file: string, expression: string])[],
): Promise<(number | null)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-tcpdump-'))
  try {
    const commands = pairs.map(([file, expression], i) => {
      const words = ['tcpdump', '-r', file, '-w', join(folder, `${i}`), '--', expression]
      return `${words.map(quoted).join(' ')} 2> /dev/null; echo $?`
    })
    const statuses = (await outputOfShell(commands.join('\n'))).trim().split('\n').map(Number)
    if (statuses.includes(NOT_FOUND))
      throw new Error(
        'The filter is compared with tcpdump, which is not installed here: apt-get install tcpdump',
      )
    return statuses.map((status, i) => (status === 0 ? recordsIn(readFileSync(join(folder, `${i}`))) : null))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The shell's status for a command that is not there. */
const NOT_FOUND = 127

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

function outputOfShell(script: string): Promise<string> {
  return new Promise((done, fail) => {
    const shell = execFile('sh', (error, output) => (error === null ? done(output) : fail(error)))
    shell.stdin!.end(script)
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

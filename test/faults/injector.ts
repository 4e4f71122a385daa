import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ProgramResult, runProgram } from '../support/program.js'

const PRELOAD = resolve('test/faults/preload/injected-fault.mjs')
/** The longest that a small run may take, whatever fails. It is killed then. */
const END_MS = 60_000

/** One call that failed. */
export interface Fault {
  readonly number: number
  /** `open`, `read`, `write`, `stat`, `readdir`, `mkdir`, `close`, `unlink` or `rename`. */
  readonly kind: string
  readonly name: string
  readonly code: string
  /** Its path, or its descriptor where it is a standard stream. */
  readonly file: string
}

/** Which call fails, and how. */
export interface Injection {
  /** Which call of all; 0: none. */
  readonly at: number
  /** Which of its errors. */
  readonly variant: number
  /** All later calls of its kind fail, too. */
  readonly lasts: boolean
  /** Instead: every call that reads or writes does half of what is asked, which is no failure. */
  readonly isShort?: true
}

export const NO_FAULT: Injection = { at: 0, variant: 0, lasts: false }
export const SHORT: Injection = { ...NO_FAULT, isShort: true }

/** What a run has left. */
export interface InjectedResult extends ProgramResult {
  /** Null: there were not that many calls. */
  readonly fault: Fault | null
  /** Calls of a run without a fault. */
  readonly calls: number
  /** Everything that is there besides the inputs, by path; standard output is `-`. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Names in the temporary folder. */
  readonly temporary: readonly string[]
}

/** zstd as one frame of blocks that are not compressed (RFC 8878, section 3.1.1). */
export function storedZstd(content: Uint8Array): Buffer {
  if (content.length >= 1 << 17) throw new RangeError('one block only')
  const header = Buffer.alloc(12)
  header.writeUInt32LE(0xfd2f_b528)
  header[4] = 0xa0 // a single segment, whose size follows in 4 bytes
  header.writeUInt32LE(content.length, 5)
  header.writeUIntLE((content.length << 3) | 1, 9, 3)
  return Buffer.concat([header, content])
}

/** Makes `folder/in`: a capture of every kind that a folder of inputs has. */
export function makeInputs(folder: string): void {
  const capture = (name: string) => readFileSync(join('fixtures', name))
  const inputs: [string, Uint8Array][] = [
    ['handshake.pcap', capture('handshake.pcap')],
    ['lost.pcap.gz', gzipSync(capture('lost-segment.pcap'))],
    ['day2/dns.pcap.zst', storedZstd(capture('dns.pcap'))],
    ['day2/reordered.pcapng', capture('reordered.pcapng')],
    ['.hidden.pcap', capture('ipv6.pcap')],
  ]
  for (const [name, content] of inputs) {
    const path = join(folder, 'in', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

// Links: all runs have the same inputs, modification times included.
function linkTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(to, entry.parentPath.slice(from.length), entry.name)
    mkdirSync(dirname(path), { recursive: true })
    linkSync(join(entry.parentPath, entry.name), path)
  }
}

function filesBelow(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(folder.length + 1), readFileSync(path))
  }
  return files
}

/** Runs the program in a new folder `name` of `base`, whose `in` it has. It stays. */
export async function runInjected(
  base: string,
  name: string,
  args: readonly string[],
  injection: Injection,
): Promise<InjectedResult> {
  const folder = join(base, name)
  rmSync(folder, { recursive: true, force: true })
  linkTree(join(base, 'in'), join(folder, 'in'))
  mkdirSync(join(folder, 'temp'))
  return runAgain(base, name, args, injection)
}

/** Runs the program in a folder that an earlier run has left. */
export async function runAgain(
  base: string,
  name: string,
  args: readonly string[],
  { at, variant, lasts, isShort }: Injection,
): Promise<InjectedResult> {
  const folder = join(base, name)
  const log = join(base, `${name}.log`)
  rmSync(log, { force: true })
  const env = {
    TMPDIR: join(folder, 'temp'),
    NODE_OPTIONS: `--import=${PRELOAD}`,
    FAULT_AT: `${at}`,
    FAULT_VARIANT: `${variant}`,
    FAULT_LASTS: lasts ? '1' : '0',
    FAULT_SHORT: isShort ? '1' : '0',
    FAULT_LOG: log,
  }
  const result = await runProgram(args, { cwd: folder, env, timeoutMs: END_MS })
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  const files = filesBelow(folder)
  for (const path of files.keys()) if (/^(?:in|temp)\//.test(path)) files.delete(path)
  files.set('-', result.stdout)
  return {
    ...result,
    fault: at === 0 || lines[0] === undefined ? null : (JSON.parse(lines[0]) as Fault),
    calls: at === 0 ? lines.length : 0,
    files,
    temporary: readdirSync(join(folder, 'temp')),
  }
}

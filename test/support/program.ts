import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'pcap2conn.js')
const NO_INPUT = new Uint8Array(0)

export interface ProgramResult {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface ProgramOptions {
  /** Folder to run in. */
  readonly cwd?: string
  /** Standard input. Default: empty. */
  readonly stdin?: Uint8Array
  /** Added to the environment, in which `TZ` is `UTC`. */
  readonly env?: Readonly<Record<string, string>>
  /** Time after which the program is killed. The result then has the signal SIGKILL. */
  readonly timeoutMs?: number
  /** Called with the process id once the program has started. */
  readonly onStart?: (pid: number) => void
  /** Shell commands to run before the shell becomes the program: `ulimit -n 64`, `exec >&-`. */
  readonly shell?: string
  /** User and group id to run the program as. Only root may set it. */
  readonly user?: number
}

/** A running program. */
export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams
  readonly result: Promise<ProgramResult>
}

/** Starts the built program as a user would. Its standard input stays open, unless `stdin` is given. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const { cwd, stdin, env, timeoutMs = 30_000, onStart, shell, user } = options
  const program = [process.execPath, PROGRAM, ...args]
  const [command = '', ...rest] =
    shell === undefined ? program : ['sh', '-c', `${shell}; exec "$0" "$@"`, ...program]
  const child = spawn(command, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(user === undefined ? {} : { uid: user, gid: user }),
    env: { ...process.env, TZ: 'UTC', ...env },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.on('spawn', () => onStart?.(child.pid!))
  child.stdin.on('error', () => {}) // the program may end without reading all of it
  if (stdin !== undefined) child.stdin.end(stdin)
  const result = new Promise<ProgramResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() })
    })
  })
  return { child, result }
}

/** Runs the built program as a user would, and waits for its end. */
export function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return startProgram(args, { stdin: NO_INPUT, ...options }).result
}

/** The content of every file below `folder`, by path with `/`, sorted. */
export function readTree(folder: string): Map<string, Buffer> {
  const tree = new Map<string, Buffer>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name)
    if (statSync(path).isFile()) tree.set(relative(folder, path).split(sep).join('/'), readFileSync(path))
  }
  return tree
}

/** Calls `use` with a new empty folder, which is deleted afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-test-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

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
  /** Standard input; empty without it. */
  readonly stdin?: Uint8Array
  /** Added to the environment, in which `TZ` is `UTC`. */
  readonly env?: Readonly<Record<string, string>>
  /** After this long the program is killed: the result then has the signal SIGKILL. */
  readonly timeoutMs?: number
  /** Called with the process id as soon as there is one. */
  readonly onStart?: (pid: number) => void
  /** Commands of a shell that becomes the program: `ulimit -n 64`, `exec >&-`. */
  readonly shell?: string
  /** User and group that the program runs as; only root may name others. */
  readonly user?: number
}

/** A run of the program that is under way. */
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

/** Every file below `folder` with its content, by its path with `/`, sorted. */
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

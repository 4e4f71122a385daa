import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'pcap2conn.js')

/** Live captures and namespaces are root's. */
export const isRoot = process.geteuid?.() === 0

/** Two networks of this process's own, `left` and `right`, with one cable between them. */
export interface Network {
  readonly left: Namespace
  readonly right: Namespace
  remove(): void
}

/** A network namespace with a loopback interface and one end of the cable. */
export interface Namespace {
  /** Name of the cable's end. */
  readonly cable: string
  readonly ipv4: string
  readonly ipv6: string
  /** Takes the cable away from both. */
  removeCable(): void
  /** Starts a script of Node.js in it, below `programs/`, or the built program where `script` is null. */
  start(script: string | null, args: readonly string[], env?: Readonly<Record<string, string>>): Running
}

/** A program that was started. */
export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly stderr: () => string
  readonly stdout: () => string
  /** Waits until its standard output or error has this text. Throws when it ends without. */
  waitFor(text: string): Promise<void>
  /** Waits for its end. */
  readonly code: Promise<number | null>
}

/** Needs root. On the loopback interfaces no packet is longer than the 65,535 bytes that cap captures. */
export function makeNetwork(suffix = ''): Network {
  const id = `p2c${process.pid}${suffix}`
  const sides = ['l', 'r'].map((side, i) => ({
    name: `${id}${side}`,
    cable: `c${side}`,
    ipv4: `10.99.0.${i + 1}`,
    ipv6: `fd99::${i + 1}`,
  }))
  for (const { name } of sides) ip(['netns', 'add', name])
  const [left, right] = sides as [Side, Side]
  ip([
    '-n',
    left.name,
    'link',
    'add',
    left.cable,
    'type',
    'veth',
    'peer',
    'name',
    right.cable,
    'netns',
    right.name,
  ])
  for (const { name, cable, ipv4, ipv6 } of sides) {
    const inside = (...args: string[]) => ip(['-n', name, ...args])
    inside('link', 'set', 'lo', 'mtu', '65000', 'up')
    inside('addr', 'add', `${ipv4}/24`, 'dev', cable)
    inside('addr', 'add', `${ipv6}/64`, 'dev', cable, 'nodad')
    inside('link', 'set', cable, 'up')
  }
  return {
    left: namespace(left),
    right: namespace(right),
    remove() {
      for (const { name } of sides) ip(['netns', 'delete', name])
    },
  }
}

interface Side {
  readonly name: string
  readonly cable: string
  readonly ipv4: string
  readonly ipv6: string
}

/** iproute2's program. */
const IP = 'ip'

function ip(args: readonly string[]): void {
  execFileSync(IP, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

function namespace({ name, cable, ipv4, ipv6 }: Side): Namespace {
  return {
    cable,
    ipv4,
    ipv6,
    removeCable: () => ip(['-n', name, 'link', 'delete', cable]),
    start(script, args, env = {}) {
      const path = script === null ? PROGRAM : join(import.meta.dirname, 'programs', script)
      return run(IP, ['netns', 'exec', name, process.execPath, path, ...args], env)
    },
  }
}

/** Starts the built program outside of any namespace. */
export function startHere(args: readonly string[], program = PROGRAM): Running {
  return run(process.execPath, [program, ...args], {})
}

/** Starts the built program as a user who may not capture, whoever this one is. */
export function startWithoutRights(args: readonly string[]): Running {
  return run('setpriv', ['--bounding-set=-net_raw,-net_admin', process.execPath, PROGRAM, ...args], {})
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(command, [...args], {
    stdio: 'pipe',
    env: { ...process.env, TZ: 'UTC', ...env },
    timeout: 50_000,
    killSignal: 'SIGKILL',
  })
  const said = { stdout: '', stderr: '' }
  let wake = () => {}
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
      wake()
    })
  }
  let isOver = false
  const code = new Promise<number | null>((resolve) => {
    child.on('close', (exitCode) => {
      isOver = true
      wake()
      resolve(exitCode)
    })
  })
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    async waitFor(text) {
      while (!said.stdout.includes(text) && !said.stderr.includes(text)) {
        if (isOver) throw new Error(`ended without "${text}": ${said.stdout}${said.stderr}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    code,
  }
}

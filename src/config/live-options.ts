import { ConfigError } from '../errors.js'
import type { NumberOption } from './convert-options.js'
import { choiceOf, flagOf, integerOf, pathOf, refusal, sizeOf } from './option-values.js'

/** Which of the two captures: the better one that is there, or the one that is named. */
export type LiveBackendChoice = 'auto' | 'libpcap' | 'cap'

/** What a caller may ask for of a live capture. Nothing is checked yet. */
export interface LiveOptions {
  /** Interface to capture on, by its name or one of its addresses. */
  readonly interface?: string | undefined
  /** File that takes the raw packets, as pcapng. */
  readonly write?: string | undefined
  /** Ends the capture after so many packets. */
  readonly packetCount?: NumberOption | undefined
  /** Ends the capture after so many seconds. */
  readonly duration?: NumberOption | undefined
  /** Bytes kept of each frame: 1..262,144. Default: all of it. */
  readonly snaplen?: NumberOption | undefined
  /** Do not take frames that are addressed to others. */
  readonly noPromiscuous?: boolean | undefined
  /** The kernel's buffer: bytes, or text such as "64M". Default 64 MiB. */
  readonly bufferSize?: NumberOption | undefined
  /** Default "auto". */
  readonly liveBackend?: LiveBackendChoice | undefined
}

/** A live capture as the program runs on it. */
export interface LiveConfig {
  /** As the user named it. */
  readonly interface: string
  readonly backend: LiveBackendChoice
  readonly filter: string | null
  readonly snaplen: number
  readonly promiscuous: boolean
  readonly bufferBytes: number
  /** Infinity: no end. */
  readonly packetCount: number
  /** Infinity: no end. */
  readonly durationSec: number
  /** Path of the raw packets, or null. */
  readonly recordingFile: string | null
}

const MIB = 2 ** 20
const MAX_SNAPLEN = 262_144
const MAX_DURATION_SEC = 2_000_000

/** Every option of a live capture, with its name on the command line. */
const LIVE_OPTION_NAMES: Readonly<Record<keyof LiveOptions, string>> = {
  interface: '-i/--interface',
  write: '-w/--write',
  packetCount: '--packet-count',
  duration: '--duration',
  snaplen: '--snaplen',
  noPromiscuous: '--no-promiscuous',
  bufferSize: '--buffer-size',
  liveBackend: '--live-backend',
}

/**
 * @param filter Expression for the kernel; null: none.
 * @returns Null: no live capture is asked for.
 * @throws ConfigError naming the option; also where an option of live captures comes without an interface.
 */
export function toLiveConfig(raw: LiveOptions, filter: string | null): LiveConfig | null {
  const backend = backendOf(raw.liveBackend)
  if (raw.interface === undefined) {
    for (const [name, option] of Object.entries(LIVE_OPTION_NAMES)) {
      const value = raw[name as keyof LiveOptions]
      if (value !== undefined && value !== false)
        throw new ConfigError(`Cannot use ${option} without -i/--interface: it is for live captures`)
    }
    return null
  }
  return Object.freeze({
    interface: interfaceOf(raw.interface),
    backend,
    filter,
    snaplen: integerOf('--snaplen', raw.snaplen, MAX_SNAPLEN, 1, MAX_SNAPLEN),
    promiscuous: !flagOf('--no-promiscuous', raw.noPromiscuous),
    bufferBytes: sizeOf('--buffer-size', raw.bufferSize, 64 * MIB, MIB, 2 ** 30, 'from 1M to 1G'),
    packetCount: integerOf(
      '--packet-count',
      raw.packetCount,
      Number.POSITIVE_INFINITY,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    durationSec: durationOf(raw.duration),
    recordingFile: recordingOf(raw.write),
  })
}

/** @throws ConfigError */
export function backendOf(value: unknown): LiveBackendChoice {
  return choiceOf('--live-backend', value, 'auto', ['auto', 'libpcap', 'cap'])
}

function interfaceOf(value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw refusal('-i/--interface', value, "an interface's name or one of its addresses (-l lists them)")
}

function durationOf(value: unknown): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  const number = typeof value === 'string' && /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number > 0 && number <= MAX_DURATION_SEC) return number
  throw refusal('--duration', value, `seconds above 0, at most ${MAX_DURATION_SEC}`)
}

function recordingOf(value: unknown): string | null {
  if (value === undefined) return null
  const path = pathOf('-w/--write', value)
  if (path === '-') throw refusal('-w/--write', path, 'the path of a file')
  return path
}

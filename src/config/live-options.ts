import { type Checked, checked, choice, denial, integer, size, text } from './option-row.js'
import { refusal } from './option-values.js'

const MIB = 2 ** 20
const MAX_SNAPLEN = 262_144
const MAX_DURATION_SEC = 2_000_000

const needs = { interface: 'it is for live captures' }

/** The options of a live capture, in the order of the help. */
export const LIVE_OPTIONS = {
  /** Interface to capture on, by its name or one of its addresses. */
  interface: text({
    letter: 'i',
    value: 'X',
    group: 'Live capture',
    help: 'capture on an interface, by its name or one of its addresses, until Ctrl-C',
    what: "an interface's name or one of its addresses (-l lists them)",
    conflicts: {
      perFile: 'a live capture is one capture',
      merge: 'a live capture is one capture',
      resume: 'a live capture comes only once',
    },
  }),
  /** Number of packets after which the capture ends. */
  packetCount: integer({
    value: 'N',
    group: 'Live capture',
    help: 'end after N packets',
    fallback: Number.POSITIVE_INFINITY,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    needs,
  }),
  /** Seconds after which the capture ends. */
  duration: checked<number | string, number, 'durationSec'>(
    {
      value: 'S',
      field: 'durationSec',
      group: 'Live capture',
      help: 'end after S seconds',
      needs,
    },
    durationOf,
  ),
  /** Most bytes captured of a frame: 1..262,144. Default: the whole frame. */
  snaplen: integer({
    value: 'N',
    group: 'Live capture',
    help: 'keep only the first N bytes of each frame (default: 262144, all of it)',
    fallback: MAX_SNAPLEN,
    min: 1,
    max: MAX_SNAPLEN,
    needs,
  }),
  /** Do not capture frames addressed to others. */
  noPromiscuous: denial({
    field: 'promiscuous',
    group: 'Live capture',
    help: "don't take frames that are addressed to others",
    needs,
  }),
  /** Size of the kernel's buffer: bytes, or text such as "64M". Default 64 MiB. */
  bufferSize: size({
    value: 'SIZE',
    field: 'bufferBytes',
    group: 'Live capture',
    help: "the kernel's buffer for packets not yet read (default: 64M)",
    fallback: 64 * MIB,
    min: MIB,
    max: 2 ** 30,
    range: 'from 1M to 1G',
    needs,
  }),
  /** Capture library. "auto" (default): libpcap if it is installed, else cap. */
  liveBackend: choice({
    value: 'NAME',
    field: 'backend',
    group: 'Live capture',
    help: 'what captures: auto (default), libpcap or cap',
    choices: ['auto', 'libpcap', 'cap'],
    fallback: 'auto',
    needs,
  }),
}

/** Capture library. `auto`: libpcap if it is installed, else cap. */
export type LiveBackendChoice = 'auto' | 'libpcap' | 'cap'

/** The configuration of a live capture. Infinity in `packetCount` and `durationSec` means no end. */
export interface LiveConfig extends Checked<Omit<typeof LIVE_OPTIONS, 'interface'>> {
  /** The interface as the user gave it. */
  readonly interface: string
  /** Filter expression for the kernel, or null. */
  readonly filter: string | null
  /** Path for the raw packets, or null. */
  readonly recordingFile: string | null
}

function durationOf(label: string, value: unknown): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  const number = typeof value === 'string' && /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number > 0 && number <= MAX_DURATION_SEC) return number
  throw refusal(label, value, `seconds above 0, at most ${MAX_DURATION_SEC}`)
}

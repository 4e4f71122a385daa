import { decimalsOf, NameClock } from '../time-text.js'
import { type ConsoleChunk, consoleChunks } from './console-chunk.js'
import { HexDump, shownText, withoutHeadings } from './console-text.js'

/** How a conversation is shown. */
export interface ConversationStyle {
  /** True to show offset, hexadecimal digits and text. */
  readonly isHex: boolean
  /** True to colour the sides. */
  readonly isColoured: boolean
  /** True to show times in UTC instead of local time. */
  readonly isUtc: boolean
  /** True to show all at once, as a live capture does; otherwise a run waits for its end. */
  readonly isLive: boolean
}

/** A run that has so much is shown without waiting for its end. So none depends on when its pieces came. */
const MAX_RUN_BYTES = 256 * 1024
const MAX_RUN_CHUNKS = 4096

/** Chunks of one connection, in display order. */
export interface ConversationPiece {
  /** Number of the connection's first packet, which identifies the connection. */
  readonly firstNumber: number
  /** `bytes[from, to)` are whole chunks. */
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

/** Consecutive payload of one side of one connection. */
interface Run {
  readonly firstNumber: number
  readonly side: number
  readonly chunks: ConsoleChunk[]
  bytes: number
}

function isFull({ chunks, bytes }: Run): boolean {
  return bytes >= MAX_RUN_BYTES || chunks.length >= MAX_RUN_CHUNKS
}

const ESCAPE = '\x1b['
const RESET = `${ESCAPE}0m`
const SIDE_COLOURS = [`${ESCAPE}33m`, `${ESCAPE}36m`] // yellow, cyan
const HEAD_COLOURS = [`${ESCAPE}1;33m`, `${ESCAPE}1;36m`]
const GAP_COLOUR = `${ESCAPE}31m`

/**
 * Shows payload on a terminal: a heading with time, endpoints and size whenever the connection or the side changes,
 * then the payload. Everything but printable ASCII, tabs and line ends is escaped, so payload cannot control the
 * terminal. Nor can it imitate a heading or the text for lost bytes, with or without colours.
 */
export class ConsoleConversation {
  readonly #style: ConversationStyle
  readonly #clock: NameClock
  /** It may go on. */
  #run: Run | null = null
  /** The run that was shown last. */
  #firstNumber = -1
  #side = -1
  #isLineBegun = false

  constructor(style: ConversationStyle) {
    this.#style = style
    this.#clock = new NameClock(style.isUtc)
  }

  /** The text of pieces, in parts. A run that is longer than one part gets a line that says so. */
  *texts(pieces: Iterable<ConversationPiece>): Generator<string> {
    for (const { firstNumber, bytes, from, to } of pieces) {
      for (const chunk of consoleChunks(bytes, from, to)) {
        const run = this.#run
        const isOther = run !== null && (run.firstNumber !== firstNumber || run.side !== chunk.side)
        if (isOther || (run !== null && isFull(run))) yield* this.rest()
        this.#run ??= { firstNumber, side: chunk.side, chunks: [], bytes: 0 }
        this.#run.chunks.push(chunk)
        this.#run.bytes += chunk.payload.length
      }
    }
    if (this.#style.isLive) yield* this.rest()
  }

  /** The text of what waits: nothing more comes. */
  *rest(): Generator<string> {
    const run = this.#run
    this.#run = null
    if (run !== null) yield this.#runText(run)
  }

  #runText(run: Run): string {
    const isContinued = run.firstNumber === this.#firstNumber && run.side === this.#side
    this.#firstNumber = run.firstNumber
    this.#side = run.side
    const parts = [this.#isLineBegun ? '\n' : '', this.#head(run, isContinued)]
    parts.push(this.#style.isHex ? this.#hexText(run) : this.#plainText(run))
    const text = parts.join('')
    this.#isLineBegun = !(text.endsWith('\n') || text.endsWith(`\n${RESET}`))
    return text
  }

  #head(run: Run, isContinued: boolean): string {
    const first = run.chunks[0]!
    const [orig, resp, protocol] = first.text.split(' ')
    const [from, to] = run.side === 0 ? [orig, resp] : [resp, orig]
    const size = `${run.bytes} ${run.bytes === 1 ? 'byte' : 'bytes'}${isContinued ? ', continued' : ''}`
    return `${this.#coloured(`--- ${this.#time(first)} ${protocol} ${from} > ${to} (${size})`, HEAD_COLOURS[run.side]!)}\n`
  }

  #time({ tsSec, tsNsec, isNanosecond }: ConsoleChunk): string {
    const digits = this.#clock.text(tsSec)
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? []
    const whole = parts.length === 0 ? digits : `${parts.slice(0, 3).join('-')} ${parts.slice(3).join(':')}`
    return `${whole}.${`${tsNsec}`.padStart(9, '0').slice(0, decimalsOf(isNanosecond))}`
  }

  // Join chunks before searching them: several chunks may contain the parts of one heading.
  #plainText({ chunks, side }: Run): string {
    let text = ''
    let payloads = ''
    const finish = () => {
      text += this.#coloured(withoutHeadings(payloads), SIDE_COLOURS[side]!)
      payloads = ''
    }
    for (const { missing, payload } of chunks) {
      if (missing > 0) {
        finish()
        text += this.#gap(missing)
      }
      payloads += shownText(payload)
    }
    finish()
    return text
  }

  #hexText({ chunks, side }: Run): string {
    const dump = new HexDump()
    let text = ''
    const finish = () => {
      const lines = dump.finish()
      if (lines !== '') text += this.#coloured(lines, SIDE_COLOURS[side]!)
    }
    for (const { offset, missing, payload } of chunks) {
      if (missing > 0) {
        finish()
        text += `${this.#gap(missing)}\n`
      }
      dump.add(payload, offset)
    }
    finish()
    return text
  }

  #gap(missing: number): string {
    return this.#coloured(`[${missing} bytes missing]`, GAP_COLOUR)
  }

  #coloured(text: string, colour: string): string {
    return this.#style.isColoured && text !== '' ? `${colour}${text}${RESET}` : text
  }
}

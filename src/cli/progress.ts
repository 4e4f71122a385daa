import type { Progress } from '../pipeline/hooks.js'
import type { ProgressMode } from './arguments.js'
import { bytesText, countText, durationText } from './figures.js'
import { printable } from './printable.js'
import type { Terminal, TerminalStream } from './terminal.js'

const BAR_COLUMNS = 20
const INPUT_CHARACTERS = 40
/** Between two plain lines, where progress goes to a file or pipe. */
const LINE_EVERY_MS = { auto: 10_000, always: 2_000 } as const

/** Shows how far the run has come. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Takes the display away; nothing is shown afterwards. */
  stop(): void
}

/**
 * A bar where standard error is a terminal, a line now and then elsewhere; null: nothing is to be shown.
 *
 * @param isStdoutUsed Payload or records go to standard output: on the same terminal a bar would garble them.
 * @param now          Milliseconds of a clock that never goes back.
 */
export async function createProgress(
  mode: ProgressMode,
  { stdout, stderr }: Terminal,
  isStdoutUsed: boolean,
  now: () => number = () => performance.now(),
): Promise<ProgressDisplay | null> {
  if (mode === 'never') return null
  if (stderr.isTTY !== true) return new ProgressLines(stderr, LINE_EVERY_MS[mode], now)
  if (isStdoutUsed && stdout.isTTY === true) return null
  return createBar(stderr, now)
}

/** `35 % of 3.40 GiB, 1,234,567 packets (411,522/s), 919 connections, 12 s left: a.pcap` */
export function progressText(progress: Progress, elapsedSec: number): string {
  const { bytesRead, bytesTotal, packets, connections } = progress
  const share = bytesTotal === null || bytesTotal === 0 ? null : Math.min(bytesRead / bytesTotal, 1)
  const read =
    share === null ? bytesText(bytesRead) : `${Math.floor(share * 100)} % of ${bytesText(bytesTotal ?? 0)}`
  const rate = elapsedSec > 0 ? ` (${countText(packets / elapsedSec)}/s)` : ''
  const left =
    share === null || share === 0 ? '' : `, ${durationText((elapsedSec * (1 - share)) / share)} left`
  return `${read}, ${countText(packets)} packets${rate}, ${countText(connections)} connections${left}: ${inputText(progress.input)}`
}

function inputText(input: string): string {
  const text = printable(input)
  return text.length > INPUT_CHARACTERS ? `…${text.slice(1 - INPUT_CHARACTERS)}` : text
}

class ProgressLines implements ProgressDisplay {
  // Invariant: a line is due as soon as #now() reaches #nextAt.
  readonly #stream: TerminalStream
  readonly #everyMs: number
  readonly #now: () => number
  readonly #startedAt: number
  #nextAt: number

  constructor(stream: TerminalStream, everyMs: number, now: () => number) {
    this.#stream = stream
    this.#everyMs = everyMs
    this.#now = now
    this.#startedAt = now()
    this.#nextAt = this.#startedAt + everyMs
  }

  update(progress: Progress): void {
    const now = this.#now()
    if (now < this.#nextAt) return
    this.#nextAt = now + this.#everyMs
    this.#stream.write(`${progressText(progress, (now - this.#startedAt) / 1000)}\n`)
  }

  stop(): void {
    this.#nextAt = Number.POSITIVE_INFINITY
  }
}

async function createBar(stream: TerminalStream, now: () => number): Promise<ProgressDisplay> {
  const { default: cliProgress } = await import('cli-progress')
  const startedAt = now()
  const bar = new cliProgress.SingleBar({
    format: '{bar} {text}',
    barsize: BAR_COLUMNS,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false, // signals are ours
    fps: 5,
  })
  bar.start(1, 0, { text: '' })
  return {
    update(progress) {
      if (progress.bytesTotal !== null) bar.setTotal(Math.max(progress.bytesTotal, 1))
      const value = progress.bytesTotal === null ? 0 : progress.bytesRead
      bar.update(value, { text: progressText(progress, (now() - startedAt) / 1000) })
    },
    stop: () => bar.stop(),
  }
}

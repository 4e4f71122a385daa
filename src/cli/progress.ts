import { bytesText, countText } from '../figures.js'
import type { Progress } from '../pipeline/hooks.js'
import type { ProgressMode } from './arguments.js'
import { printable } from './printable.js'
import { type Terminal, type TerminalStream, takesControls } from './terminal.js'

/** The time left is shown only after this share of the inputs was read. */
const LEAST_SHARE = 0.005
const BAR_COLUMNS = 20
const INPUT_CHARACTERS = 40
/** Milliseconds between two plain lines, where progress goes to a file or pipe. */
const LINE_EVERY_MS = { auto: 10_000, always: 2_000 } as const

/** Shows the progress of a run. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Removes the display; nothing is shown afterwards. */
  stop(): void
}

/**
 * Makes a bar if standard error is a terminal that can show one, or else a line now and then. Null to show nothing.
 *
 * @param isStdoutUsed Payload or records go to standard output: progress on the same terminal would garble them.
 */
export async function createProgress(
  mode: ProgressMode,
  { stdout, stderr }: Terminal,
  isStdoutUsed: boolean,
): Promise<ProgressDisplay | null> {
  if (mode === 'never') return null
  if (stderr.isTTY === true && isStdoutUsed && stdout.isTTY === true) return null
  return takesControls(stderr) ? createBar(stderr) : new ProgressLines(stderr, LINE_EVERY_MS[mode])
}

/** `35 % of 3.40 GiB, 1,234,567 packets (411,522/s), 919 connections, 12 s left: a.pcap` */
export function progressText(progress: Progress, elapsedSec: number): string {
  const { bytesRead, bytesTotal, packets, connections, silentSec } = progress
  const share = bytesTotal === null || bytesTotal === 0 ? null : Math.min(bytesRead / bytesTotal, 1)
  const read =
    share === null ? bytesText(bytesRead) : `${Math.floor(share * 100)} % of ${bytesText(bytesTotal ?? 0)}`
  const rate = elapsedSec > 0 ? ` (${countText(packets / elapsedSec)}/s)` : ''
  const left =
    silentSec !== undefined
      ? `, nothing for ${durationText(silentSec)}`
      : share === null || share < LEAST_SHARE
        ? ''
        : `, ${durationText((elapsedSec * (1 - share)) / share)} left`
  const dropped = progress.dropped ? `, ${countText(progress.dropped)} dropped` : ''
  return `${read}, ${countText(packets)} packets${rate}${dropped}, ${countText(connections)} connections${left}: ${inputText(progress.input)}`
}

/** Formats seconds: `9 s`, `2 min 5 s`, `1 h 3 min`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

function inputText(input: string): string {
  const text = printable(input)
  return text.length > INPUT_CHARACTERS ? `…${text.slice(1 - INPUT_CHARACTERS)}` : text
}

/** Writes the latest state at fixed intervals, also while the run reports nothing new. */
class ProgressLines implements ProgressDisplay {
  // Invariant: #latest is null until the first update; before it there is nothing to write.
  readonly #startedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #latest: Progress | null = null

  constructor(stream: TerminalStream, everyMs: number) {
    this.#timer = setInterval(() => this.#write(stream), everyMs)
  }

  update(progress: Progress): void {
    this.#latest = progress
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #write(stream: TerminalStream): void {
    if (this.#latest === null) return
    stream.write(`${progressText(this.#latest, secondsSince(this.#startedAt))}\n`)
  }
}

async function createBar(stream: TerminalStream): Promise<ProgressDisplay> {
  const { default: cliProgress } = await import('cli-progress')
  const startedAt = performance.now()
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
      bar.update(value, { text: progressText(progress, secondsSince(startedAt)) })
    },
    stop: () => bar.stop(),
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}

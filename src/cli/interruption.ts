import { outputErrorKind } from '../errors.js'
import { exitCodeOfKind, signalExitCode } from './exit-codes.js'
import type { TerminalStream } from './terminal.js'

/** Signals within this time count as one, because `timeout` and npm pass a signal on twice. */
const SAME_SIGNAL_MS = 500
/** Signals that ask a run to end. People, closed terminals, batch systems and time limits send them. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGALRM', 'SIGUSR2', 'SIGXCPU'] as const

/** Learns why a run ends early. */
export interface InterruptionListener {
  /** The first signal came. */
  onSignal(): void
  /** Standard output cannot be written, and not because its reader has gone. */
  onStdoutError(error: Error): void
}

/**
 * Ends a run early: on a signal, and when standard output can take no more. The run then writes out
 * what it has. A second signal, half a second later or more, ends the process at once.
 */
export class Interruption {
  // Invariants:
  // - #exitCode is null until the run is to end early, and then never changes; #isStdoutGone: standard output ended it.
  // - #controller has aborted when #exitCode is not null.
  // - #signalledAt is when the first signal came, by performance.now(); Infinity: none has come.
  #exitCode: number | null = null
  #isStdoutGone = false
  #signalledAt = Number.POSITIVE_INFINITY
  readonly #controller = new AbortController()
  readonly #listener: InterruptionListener

  constructor(stdout: TerminalStream, listener: InterruptionListener) {
    this.#listener = listener
    for (const name of SIGNALS) process.on(name, this.#signalled)
    stdout.on('error', this.#stdoutFailed)
  }

  /** Aborts when the run is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Exit code of a run that was ended early; null when it was not. */
  get exitCode(): number | null {
    return this.#exitCode
  }

  /** Standard output cannot be written, and that ended the run. */
  get isStdoutGone(): boolean {
    return this.#isStdoutGone
  }

  /** Restores the default effect of signals. Standard output stays watched, because it is not flushed yet. */
  release(): void {
    for (const name of SIGNALS) process.off(name, this.#signalled)
  }

  readonly #signalled = (name: NodeJS.Signals): void => {
    const now = performance.now()
    if (now - this.#signalledAt >= SAME_SIGNAL_MS) process.exit(signalExitCode(name))
    if (this.#signalledAt !== Number.POSITIVE_INFINITY) return
    this.#signalledAt = now
    if (this.#exitCode === null) this.#end(signalExitCode(name))
    this.#listener.onSignal()
  }

  readonly #stdoutFailed = (error: NodeJS.ErrnoException): void => {
    if (this.#exitCode !== null) return
    this.#isStdoutGone = true
    this.#end(exitCodeOfKind(outputErrorKind(error)))
    if (error.code !== 'EPIPE') this.#listener.onStdoutError(error) // `head` has gone: it has what it wanted
  }

  #end(exitCode: number): void {
    this.#exitCode = exitCode
    this.#controller.abort()
  }
}

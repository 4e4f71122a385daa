import type { Readable, Writable } from 'node:stream'
import colors from 'picocolors'

/** The program's standard streams. */
export interface Terminal {
  /** The stream for the input `-`. Accessed only when needed. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Receives only output that was requested there. */
  readonly stdout: TerminalStream
  /** Receives messages and progress. */
  readonly stderr: TerminalStream
}

/** A stream that may be a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean }

/** The terminal of this process. */
export const PROCESS_TERMINAL: Terminal = {
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
}

/** Waits until everything written so far has left the process, or cannot leave it any more. */
export function waitForFlush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })
}

/** True for a terminal that understands control sequences: any but one that calls itself dumb, as editors' do. */
export function takesControls(stream: TerminalStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}

/** True for such a terminal, unless the user has disabled colours (https://no-color.org). */
export function wantsColours(stream: TerminalStream): boolean {
  return takesControls(stream) && !process.env.NO_COLOR
}

/** Colours text red if the stream shows colours. */
export function alarming(text: string, stream: TerminalStream): string {
  return colors.createColors(wantsColours(stream)).red(text)
}

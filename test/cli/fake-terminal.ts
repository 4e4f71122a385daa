import { Readable, Writable } from 'node:stream'
import type { Terminal, TerminalStream } from '../../src/cli/terminal.js'

/** A stream that keeps the text written to it. */
export class FakeStream extends Writable implements TerminalStream {
  text = ''
  readonly isTTY: boolean

  constructor(isTTY = false) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string | Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** Streams that are terminals or not, as asked for. Nothing comes from `stdin`. */
export function fakeTerminal({ stdinIsTTY = false, stdoutIsTTY = false, stderrIsTTY = false } = {}) {
  return {
    stdin: Object.assign(Readable.from([]), { isTTY: stdinIsTTY }),
    stdout: new FakeStream(stdoutIsTTY),
    stderr: new FakeStream(stderrIsTTY),
  } satisfies Terminal
}

import { Writable } from 'node:stream'
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

/** A pair of {@link FakeStream}s. */
export function fakeTerminal({ stdoutIsTTY = false, stderrIsTTY = false } = {}) {
  return { stdout: new FakeStream(stdoutIsTTY), stderr: new FakeStream(stderrIsTTY) } satisfies Terminal
}

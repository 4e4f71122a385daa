import { expect, it } from 'vitest'
import { answering } from '../../src/cli/answering.js'
import { fakeTerminal } from './fake-terminal.js'

// [what standard output says to a write, exit code, standard error]
const cases: [string | null, number, string][] = [
  [null, 7, ''],
  ['EPIPE', 1, ''],
  ['ENOSPC', 75, 'pcap2conn: Cannot write to standard output: no room\\x1b (ENOSPC)\n'],
]
it.each(cases)('answering() with standard output that says %s', async (code, exitCode, text) => {
  const terminal = fakeTerminal()
  const { stdout, stderr } = terminal
  if (code !== null) {
    stdout._write = (_chunk, _encoding, done) =>
      done(Object.assign(new Error(`${code}: no room\x1b, write`), { code }))
  }
  const answer = async () => {
    stdout.write('answer')
    return 7
  }
  expect([await answering(terminal, answer), stderr.text]).toEqual([exitCode, text])
})

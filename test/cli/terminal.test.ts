import { afterEach, expect, it, vi } from 'vitest'
import { alarming, waitForFlush } from '../../src/cli/terminal.js'
import { FakeStream } from './fake-terminal.js'

afterEach(() => vi.unstubAllEnvs())

it('waitForFlush() waits for what was written', async () => {
  const stream = new FakeStream()
  vi.spyOn(stream, '_write').mockImplementation((chunk, _encoding, done) => {
    setTimeout(() => {
      stream.text += chunk
      done()
    }, 5)
  })
  stream.write('a')
  stream.write('b')
  await waitForFlush(stream)
  expect(stream.text).toBe('ab')
})

it('waitForFlush() does not wait for a stream that is gone', async () => {
  const stream = new FakeStream()
  stream.destroy()
  await waitForFlush(stream)
})

// [name, terminal, NO_COLOR, TERM, text]
const cases: [string, boolean, string, string, string][] = [
  ['paints on a terminal', true, '', 'xterm', '\x1b[31mx\x1b[39m'],
  ['paints nothing elsewhere', false, '', 'xterm', 'x'],
  ['paints nothing where NO_COLOR is set', true, '1', 'xterm', 'x'],
  ['paints nothing on a dumb terminal', true, '', 'dumb', 'x'],
]
it.each(cases)('alarming() %s', (_name, isTTY, noColor, term, text) => {
  vi.stubEnv('TERM', term)
  vi.stubEnv('NO_COLOR', noColor)
  expect(alarming('x', new FakeStream(isTTY))).toBe(text)
})

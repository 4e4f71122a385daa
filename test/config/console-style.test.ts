import { expect, it } from 'vitest'
import { consoleStyleOf } from '../../src/config/console-style.js'
import { ConfigError } from '../../src/errors.js'

it('payload goes to the console as it is, and with --hex in hexadecimal', () => {
  expect([consoleStyleOf({}, true), consoleStyleOf({ hex: true }, true)]).toEqual(['bytes', 'hex'])
})

it.each([
  ['without -c', { hex: true }, false, 'without -c'],
  ['with -j', { hex: true, json: true }, true, 'with -j'],
  ['with -d', { hex: true, chunksHeader: true }, true, 'with -d'],
])('--hex is refused %s', (_name, raw, toConsole, named) => {
  expect(() => consoleStyleOf(raw, toConsole)).toThrow(ConfigError)
  expect(() => consoleStyleOf(raw, toConsole)).toThrow(named)
})

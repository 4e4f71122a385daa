import { expect, it } from 'vitest'
import { type RawOptions, toConfig } from '../../src/config/config.js'
import { shownConsoleStyle } from '../../src/pipeline/console.js'

it.each<[string, RawOptions, boolean, string]>([
  ['the bytes in a pipe', { writeToConsole: true }, false, 'bytes'],
  ['a conversation on a terminal', { writeToConsole: true }, true, 'text'],
  ['JSON lines as they are on a terminal', { writeToConsole: true, json: true }, true, 'bytes'],
  [
    'headers that payload cannot imitate on a terminal',
    { writeToConsole: true, chunksHeader: true },
    true,
    'headers',
  ],
  ['headers and bytes in a pipe', { writeToConsole: true, chunksHeader: true }, false, 'bytes'],
  ['hexadecimal in a pipe', { writeToConsole: true, hex: true }, false, 'hex'],
  ['hexadecimal on a terminal', { writeToConsole: true, hex: true }, true, 'hex'],
  ['the bytes in files, whatever standard output is', {}, true, 'bytes'],
])('-c shows %s', (_name, raw, isTerminal, style) => {
  expect(shownConsoleStyle(toConfig({ inputFile: 'a', ...raw }), { isTerminal })).toBe(style)
})

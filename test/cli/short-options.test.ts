import { expect, it } from 'vitest'
import { expandShortOptions } from '../../src/cli/short-options.js'
import { ConfigError } from '../../src/errors.js'

// [name, arguments, what becomes of them]
const cases: [string, string[], string[]][] = [
  ['leaves a single letter alone', ['-s', 'a'], ['-s', 'a']],
  ['takes a group of flags apart', ['-smj'], ['-s', '-m', '-j']],
  ['gives the rest of a group to a letter that takes a value', ['-smoout'], ['-s', '-m', '-o=out']],
  ['leaves the value of the last letter to the next word', ['-so', 'out'], ['-s', '-o', 'out']],
  ['takes a value that looks like flags', ['-osmj'], ['-o=smj']],
  ['takes one = before the value away', ['-o=x', '-o==x'], ['-o=x', '-o==x']],
  ['leaves standard input and negative numbers alone', ['-', '-5', '-.5'], ['-', '-5', '-.5']],
  ['leaves long options alone', ['--json', '--index=-smj'], ['--json', '--index=-smj']],
  ['leaves everything behind -- alone', ['-sm', '--', '-sm', '--nope'], ['-s', '-m', '--', '-sm', '--nope']],
]
it.each(cases)('expandShortOptions() %s', (_name, args, expanded) => {
  expect(expandShortOptions(args)).toEqual(expanded)
})

it.each([
  ['--nope', '--nope'],
  ['--=', '--'],
  ['-z', '-z'],
  ['-sz', '-z in -sz'],
  ['-s5', '-5 in -s5'],
])('expandShortOptions() refuses %s', (arg, name) => {
  expect(() => expandShortOptions([arg])).toThrow(
    new ConfigError(`Unknown option ${name}: pcap2conn --help shows the options`),
  )
})

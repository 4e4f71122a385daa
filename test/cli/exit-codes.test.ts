import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { exitCodeOf, exitCodeOfError, signalExitCode, strongest } from '../../src/cli/exit-codes.js'
import {
  CaptureFormatError,
  ConfigError,
  type Failure,
  InputError,
  LiveCaptureError,
  OutputError,
  ResourceError,
} from '../../src/errors.js'
import type { InputProblem, Summary } from '../../src/summary.js'
import { sampleSummary } from './sample-summary.js'

const [input] = sampleSummary().inputs
if (input === undefined) throw new Error('bug: the sample has no input')

const failed = (...kinds: Failure['kind'][]): Partial<Summary> => ({
  failures: kinds.map((kind) => ({ kind, message: 'x' })),
})
const problem = (kind?: InputProblem['kind']): Partial<Summary> => ({
  inputs: [
    {
      ...input,
      status: 'partial',
      problems: [{ offset: 0, length: 0, message: 'x', ...(kind && { kind }) }],
    },
  ],
})
const unbalanced = { packets: { ...sampleSummary().packets, read: 0 } }

describe('exitCodeOf()', () => {
  // [name, what differs from a sound run, exit code]
  const cases: [string, Partial<Summary>, number][] = [
    ['is 0 after a sound run', {}, 0],
    ['is 0 when a limit was hit and no failure says otherwise', { limits: { held_bytes: 1 } }, 0],
    ['is 1 when an input failed', { inputs: [input, { ...input, status: 'failed' }] }, 1],
    ['is 1 when an input was read in part', { inputs: [{ ...input, status: 'partial' }] }, 1],
    ['is 1 when an input is damaged', problem(), 1],
    ['is 75 when an input could not be read for want of something', problem('run'), 75],
    ['is 1 when an argument gave no input', failed('input'), 1],
    ['is 1 when an output exists', failed('output'), 1],
    ['is 75 when the run lacked something', failed('run'), 75],
    ['is 70 when there is a bug', failed('bug'), 70],
    ['is 70 when packets do not balance', unbalanced, 70],
    ['is 70 when payload does not balance', { bytes: { ...sampleSummary().bytes, outside: 1 } }, 70],
    ['is 70 when a direction does not balance', { details: { unbalanced_streams: 1 } }, 70],
    ['is 75 rather than 1', { ...problem(), ...failed('output', 'run', 'input') }, 75],
    ['is 70 rather than 75', { ...unbalanced, ...failed('run') }, 70],
    ['is 0 when what was skipped was sound', { inputs: [{ ...input, status: 'skipped' }] }, 0],
    ['is 0 when some link types are unknown', { unknown_link_types: { 'USER0 (147)': 1 } }, 0],
    [
      'is 1 when all link types are unknown',
      { unknown_link_types: { 'USER0 (147)': 1 }, connections: { total: 0 } },
      1,
    ],
  ]
  it.each(cases)('%s', (_name, changes, exitCode) => {
    expect(exitCodeOf(sampleSummary(changes))).toBe(exitCode)
  })
})

it('strongest() prefers bad usage, then signals, 70, 75, 1', () => {
  const order = [2, 130, 70, 75, 1, 0]
  for (const [i, code] of order.entries())
    for (const weaker of order.slice(i)) {
      expect(strongest(code, weaker)).toBe(code)
      expect(strongest(weaker, code)).toBe(code)
    }
  expect([strongest(), strongest(129, 143), strongest(131, 75)]).toEqual([0, 129, 131])
})

it.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGTERM', 143],
] as const)('signalExitCode(%s) is %d', (name, code) => {
  expect(signalExitCode(name)).toBe(code)
})

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: what it means, open`), {
    code,
    syscall: 'open',
    errno: constants.errno.EIO,
  })
}

describe('exitCodeOfError()', () => {
  const output = (code: string) => new OutputError('x', 'p', { cause: systemError(code) })
  const read = (code: string) => new InputError('x', 'p', { cause: systemError(code) })
  // [error, exit code]
  const cases: [string, unknown, number][] = [
    ['bad usage', new ConfigError('x'), 2],
    ['no capture', new CaptureFormatError('x', { file: 'f', offset: 0 }), 1],
    ['no interface', new LiveCaptureError('x'), 1],
    ['a live capture that has died', new LiveCaptureError('x', { kind: 'run' }), 75],
    ['no memory', new ResourceError('x'), 75],
    ['an input without a cause', new InputError('x', 'p'), 1],
    ...['ENOENT', 'EACCES', 'EIO', 'EISDIR', 'ELOOP'].map((code) => [code, read(code), 1] as const),
    ...['EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'ECONNRESET'].map(
      (code) => [code, read(code), 75] as const,
    ),
    ['an output without a cause', new OutputError('x', 'p'), 1],
    ['an output of the run', new OutputError('x', 'p', { kind: 'run' }), 75],
    ...['EEXIST', 'EACCES', 'EPERM', 'EISDIR', 'ENAMETOOLONG', 'EFBIG', 'EPIPE'].map(
      (code) => [code, output(code), 1] as const,
    ),
    ...['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOENT', 'EMFILE', 'ENOMEM', 'ESTALE'].map(
      (code) => [code, output(code), 75] as const,
    ),
    ['a cause without a code', new OutputError('x', 'p', { cause: new Error('short') }), 75],
    ['the system', systemError('EMFILE'), 75],
    ['an allocation', new RangeError('Array buffer allocation failed'), 75],
    ['a shared memory', new RangeError('WebAssembly.Memory(): could not allocate memory'), 75],
    ['a wrong length', new RangeError('Invalid typed array length: -1'), 70],
    ['a bug', new Error('bug: 5'), 70],
    ['something unforeseen', new TypeError('x is undefined'), 70],
    ['what is no error', 'odd', 70],
  ].map(([name, error, code]) => [name as string, error, code as number])
  it.each(cases)('of %s', (_name, error, exitCode) => {
    expect(exitCodeOfError(error)).toBe(exitCode)
  })
})

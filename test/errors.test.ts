import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { codeOf, failureReason, inputErrorKind, outputErrorKind } from '../src/errors.js'

/** As Node.js makes an error of the system that it has no name for. */
function unnamed(errno: number): Error {
  const name = `Unknown system error ${errno}`
  return Object.assign(new Error(`${name}: ${name}, open 'a.pcap'`), { code: name, errno, syscall: 'open' })
}

describe('failureReason()', () => {
  it.each([
    [new Error('EIO: i/o error, read'), 'i/o error (EIO)'],
    [unnamed(-constants.errno.ESTALE), 'stale file handle (ESTALE)'],
    [unnamed(-constants.errno.EDQUOT), 'disk quota exceeded (EDQUOT)'],
    [unnamed(-4_000), "Unknown system error -4000: Unknown system error -4000, open 'a.pcap'"],
    ['text', 'text'],
  ])('says %j in words', (cause, text) => {
    expect(failureReason(cause)).toBe(text)
  })
})

it('knows errors by their numbers where Node.js has no names for them', () => {
  const stale = unnamed(-constants.errno.ESTALE)
  expect([codeOf(stale), inputErrorKind(stale), outputErrorKind(stale)]).toEqual(['ESTALE', 'run', 'run'])
})

import { describe, expect, it } from 'vitest'
import { OutputError } from '../../src/errors.js'
import { outputFailure } from '../../src/output/output-failure.js'

const systemError = (code: string, message: string): Error => Object.assign(new Error(message), { code })

describe('outputFailure()', () => {
  it.each<[string, unknown, string]>([
    [
      'a file that exists',
      systemError('EEXIST', "EEXIST: file already exists, open 'a'"),
      'file exists (use --force to replace it)',
    ],
    [
      'a full disk',
      systemError('ENOSPC', 'ENOSPC: no space left on device, write'),
      'no space left on device (ENOSPC)',
    ],
    ['another error', new Error('nothing more could be written'), 'nothing more could be written'],
    ['what is no error', 'odd', 'odd'],
  ])('names the path and %s', (_name, cause, reason) => {
    const error = outputFailure('a/b.txt', cause)
    expect(error).toBeInstanceOf(OutputError)
    expect(error.message).toBe(`Cannot write "a/b.txt": ${reason}`)
    expect(error.path).toBe('a/b.txt')
    expect(error.cause).toBe(cause)
  })
})

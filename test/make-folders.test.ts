import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../src/make-folders.js'
import { withFolder } from './support/program.js'

describe('makeFolders()', () => {
  it('makes all folders that lead to it, for their owner and group', async () => {
    await withFolder(async (folder) => {
      makeFolders(join(folder, 'a', 'b', 'c'))
      for (const path of ['a', 'a/b', 'a/b/c'])
        expect(statSync(join(folder, path)).mode & 0o777 & ~0o750, path).toBe(0)
    })
  })

  it('leaves folders that exist, and links to them', async () => {
    await withFolder(async (folder) => {
      mkdirSync(join(folder, 'real'))
      symlinkSync('real', join(folder, 'link'))
      makeFolders(join(folder, 'real'))
      makeFolders(join(folder, 'link', 'below'))
      expect(existsSync(join(folder, 'real', 'below'))).toBe(true)
    })
  })

  it.each([
    ['file', 'EEXIST'],
    ['file/below', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
  ])('says what is in the way of %s', async (path, code) => {
    await withFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '')
      symlinkSync('nowhere', join(folder, 'dangling'))
      expect(() => makeFolders(join(folder, path))).toThrow(expect.objectContaining({ code }))
    })
  })

  it.runIf(existsSync('/proc/self'))('ends where a folder takes no entries', () => {
    expect(() => makeFolders('/proc/nothing/below')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})

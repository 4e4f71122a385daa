import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WholeFile, writeWholeFile } from '../src/whole-file.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whole-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const mode = (path: string) => statSync(path).mode & 0o777

describe('WholeFile', () => {
  it('has its name only when it is complete', () => {
    const file = new WholeFile(join(folder, 'a.json'))
    file.append('one, ')
    file.append(Buffer.from('two'))
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^a\.json\.[0-9a-f]{12}\.partial$/)])
    file.publish()
    expect(readdirSync(folder)).toEqual(['a.json'])
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('one, two')
    file.abandon()
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('leaves nothing behind when it is abandoned, and what stood in its place', () => {
    writeFileSync(join(folder, 'a.json'), 'before')
    const file = new WholeFile(join(folder, 'a.json'))
    file.append('after')
    file.abandon()
    file.abandon()
    expect(readdirSync(folder)).toEqual(['a.json'])
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('before')
    expect(() => file.append('more')).toThrow('bug: ')
  })

  it('goes with the process', () => {
    const before = process.listeners('exit')
    const file = new WholeFile(join(folder, 'a.json'))
    const [atExit] = process.listeners('exit').filter((listener) => !before.includes(listener))
    atExit!(0)
    expect(readdirSync(folder)).toEqual([])
    expect(process.listeners('exit')).toEqual(before)
    file.abandon()
  })

  it('replaces a link and not what it leads to', () => {
    writeFileSync(join(folder, 'mine'), 'mine')
    symlinkSync(join(folder, 'mine'), join(folder, 'a.json'))
    writeWholeFile(join(folder, 'a.json'), 'new')
    expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine')
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('new')
  })

  it('is for its owner, and for its group to read', () => {
    const umask = process.umask(0)
    try {
      writeWholeFile(join(folder, 'a/b/c.json'), '')
    } finally {
      process.umask(umask)
    }
    expect(['a', 'a/b', 'a/b/c.json'].map((name) => mode(join(folder, name)).toString(8))).toEqual([
      '750',
      '750',
      '640',
    ])
  })
})

it('writeWholeFile() leaves nothing behind when it fails', () => {
  mkdirSync(join(folder, 'a.json/x'), { recursive: true })
  expect(() => writeWholeFile(join(folder, 'a.json'), '')).toThrow(/EISDIR|ENOTEMPTY|EPERM/)
  expect(readdirSync(folder)).toEqual(['a.json'])
})

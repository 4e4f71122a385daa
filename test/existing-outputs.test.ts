import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { OutputError } from '../src/errors.js'
import { refuseExisting } from '../src/existing-outputs.js'

const folder = mkdtempSync(join(tmpdir(), 'existing-outputs-'))
const file = join(folder, 'a.jsonl')
writeFileSync(file, '')
afterAll(() => rmSync(folder, { recursive: true }))

// [name, path, force]
const allowed: [string, string | null, boolean][] = [
  ['nothing', null, false],
  ['standard output', '-', false],
  ['a path where nothing is', join(folder, 'new', 'x'), false],
  ['a file with force', file, true],
  ['a device', '/dev/null', false],
]
it.each(allowed)('refuseExisting() allows %s', (_name, path, force) => {
  expect(() => refuseExisting([path], force)).not.toThrow()
})

// [name, path, force, message]
const refused: [string, string, boolean, string][] = [
  ['a file without force', file, false, `Cannot write "${file}": file exists (use --force to replace it)`],
  ['a folder', folder, false, `Cannot write "${folder}": it is a folder`],
  ['a folder even with force', folder, true, `Cannot write "${folder}": it is a folder`],
]
it('refuseExisting() explains a path that cannot be looked at', () => {
  const below = join(file, 'x')
  expect(() => refuseExisting([below], false)).toThrow(OutputError)
  expect(() => refuseExisting([below], false)).toThrow(`Cannot write "${below}": not a directory (ENOTDIR)`)
})

it.each(refused)('refuseExisting() refuses %s', (_name, path, force, message) => {
  expect(() => refuseExisting([null, path], force)).toThrow(new OutputError(message, path))
})

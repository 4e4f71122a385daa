import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { OutputError } from '../src/errors.js'
import { isWrittenInPlace, refuseExisting } from '../src/existing-outputs.js'

const folder = mkdtempSync(join(tmpdir(), 'existing-outputs-'))
const file = join(folder, 'a.jsonl')
writeFileSync(file, '')
const links = {
  file,
  folder,
  device: '/dev/null',
  nothing: join(folder, 'nothing'),
  itself: join(folder, 'to-itself'),
}
for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, `to-${name}`))
const pipe = join(folder, 'pipe')
execFileSync('mkfifo', [pipe])
afterAll(() => rmSync(folder, { recursive: true }))

// [name, path, force]
const allowed: [string, string | null, boolean][] = [
  ['nothing', null, false],
  ['standard output', '-', false],
  ['a path where nothing is', join(folder, 'new', 'x'), false],
  ['a file with force', file, true],
  ['a device', '/dev/null', false],
  ['a pipe', pipe, false],
  ['a link that leads nowhere with force', join(folder, 'to-nothing'), true],
  ['a link to a device with force', join(folder, 'to-device'), true],
]
it.each(allowed)('refuseExisting() allows %s', (_name, path, force) => {
  expect(() => refuseExisting([path], force)).not.toThrow()
})

// [name, path, force, message]
const refused: [string, string, boolean, string][] = [
  ['a file without force', file, false, `Cannot write "${file}": file exists (use --force to replace it)`],
  ['a folder', folder, false, `Cannot write "${folder}": it is a folder`],
  ['a folder even with force', folder, true, `Cannot write "${folder}": it is a folder`],
  [
    'a link to a folder even with force',
    `${folder}/to-folder`,
    true,
    `Cannot write "${folder}/to-folder": it is a folder`,
  ],
  ...['file', 'device', 'nothing', 'itself'].map((name): [string, string, boolean, string] => [
    `a link to a ${name} without force`,
    `${folder}/to-${name}`,
    false,
    `Cannot write "${folder}/to-${name}": file exists (use --force to replace it)`,
  ]),
]
it('refuseExisting() explains a path that cannot be looked at', () => {
  const below = join(file, 'x')
  expect(() => refuseExisting([below], false)).toThrow(OutputError)
  expect(() => refuseExisting([below], false)).toThrow(`Cannot write "${below}": not a directory (ENOTDIR)`)
})

it.each(refused)('refuseExisting() refuses %s', (_name, path, force, message) => {
  expect(() => refuseExisting([null, path], force)).toThrow(new OutputError(message, path))
})

// [path, whether it is written in place]
const places: [string, boolean][] = [
  ['/dev/null', true],
  ['/dev/stdout', true],
  [pipe, true],
  [file, false],
  [folder, false],
  [join(folder, 'new'), false],
  ...Object.keys(links).map((name): [string, boolean] => [join(folder, `to-${name}`), false]),
]
it.each(places)('isWrittenInPlace(%j) is %s', (path, expected) => {
  expect(isWrittenInPlace(path)).toBe(expected)
})

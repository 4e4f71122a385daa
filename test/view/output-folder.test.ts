import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError } from '../../src/errors.js'
import { OutputFolder } from '../../src/view/output-folder.js'
import { withFolder } from '../support/program.js'

/** Opens `path` in a folder that has files, links and a neighbour. */
async function contentOf(path: string): Promise<string> {
  return withFolder(async (folder) => {
    const out = join(folder, 'out')
    mkdirSync(join(out, 'below'), { recursive: true })
    mkdirSync(join(folder, 'outside'))
    writeFileSync(join(out, 'a.txt'), 'a')
    writeFileSync(join(out, 'below', 'b.txt'), 'b')
    writeFileSync(join(folder, 'outside', 'secret'), 'secret')
    writeFileSync(join(folder, 'out-secret'), 'secret')
    symlinkSync(join(folder, 'outside', 'secret'), join(out, 'link'))
    symlinkSync('a.txt', join(out, 'inner-link'))
    symlinkSync(join(folder, 'outside'), join(out, 'folder-link'))
    symlinkSync('below', join(out, 'inner-folder'))
    execFileSync('mkfifo', [join(out, 'pipe')])
    const opened = await OutputFolder.open(out)
    const file = await opened.openFile(path.replace('FOLDER', folder))
    try {
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  })
}

it.each([
  ['a file', 'a.txt', 'a'],
  ['a file of a folder below', 'below/b.txt', 'b'],
  ['a file by a way that stays inside', 'below/../a.txt', 'a'],
  ['a file of a folder inside that is linked', 'inner-folder/b.txt', 'b'],
])('opens %s', async (_name, path, content) => {
  expect(await contentOf(path)).toBe(content)
})

it.each([
  ['an absolute path', 'FOLDER/outside/secret'],
  ['a way out', '../outside/secret'],
  ['a way out behind a way in', 'below/../../outside/secret'],
  ['a neighbour whose name begins alike', '../out-secret'],
  ['a link to a file outside', 'link'],
  ['a link to a file inside', 'inner-link'],
  ['a file behind a link out', 'folder-link/secret'],
  ['the folder itself', '.'],
  ['nothing', ''],
  ['a path with a NUL', 'a.txt\0'],
  ['a folder', 'below'],
  ['a pipe, which would wait', 'pipe'],
  ['a file that is not there', 'none'],
])('does not open %s', async (_name, path) => {
  await expect(contentOf(path)).rejects.toThrow(InputError)
})

it('is no file', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a'), '')
    await expect(OutputFolder.open(join(folder, 'a'))).rejects.toThrow('must be a folder')
  }))

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { readTree, runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'get-zip-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HAS_PYTHON = process.env.CI !== undefined || spawnSync('python3', ['--version']).status === 0

/** A ZIP archive, the same as files, and the records of its index. */
async function made(name: string, options: readonly string[]) {
  const home = join(folder, name)
  mkdirSync(home)
  const zip = join(home, 'a.zip')
  const index = join(home, 'a.jsonl')
  const level = options.indexOf('--zip-level')
  const files = level < 0 ? options : options.toSpliced(level, 2)
  expect((await runProgram([...FIXTURE_CAPTURES, ...options, '-o', zip, '--index', index, '-q'])).code).toBe(
    0,
  )
  expect((await runProgram([...FIXTURE_CAPTURES, ...files, '-o', join(home, 'files'), '-q'])).code).toBe(0)
  const records = readFileSync(index, 'utf8').trim().split('\n')
  const list = records.map(
    (line) => JSON.parse(line) as { uid: string; orig_file: string | null; proto: string },
  )
  return { zip, index, home, files: readTree(join(home, 'files')), records: list }
}

let plain: Awaited<ReturnType<typeof made>>
beforeAll(async () => {
  plain = await made('plain', [])
})

describe('get NAME.zip', () => {
  it.each(['-s -m', '-j -m --zip-level 6', '-d --zip-level 1'])(
    'writes the files that "%s" has made',
    async (options) => {
      const { zip, home, files, records } = await made(options, options.split(' '))
      const out = join(home, 'got')
      const { code, stderr } = await runProgram(['get', zip, '-', '-o', out, '-q'], {
        stdin: Buffer.from(records.map(({ uid }) => uid).join('\n')),
      })
      expect([code, stderr]).toEqual([0, ''])
      // Connections without payload have metadata and no file of their own.
      const found = readTree(out)
      for (const [name, content] of found) expect(content).toEqual(files.get(name))
      const missed = [...files.keys()].filter((name) => !found.has(name))
      expect(missed.filter((name) => !name.includes('-metadata.'))).toEqual([])
    },
  )

  it('writes one connection to a folder or standard output, and what a query finds', async () => {
    const { zip, files, records, home } = plain
    const { uid, orig_file } = records.find((record) => record.orig_file !== null)!
    const { stdout } = await runProgram(['get', zip, uid, '-o', '-', '-q'])
    expect(stdout).toEqual(files.get(orig_file!))
    const out = join(home, 'one')
    expect((await runProgram(['get', zip, uid, '-o', out])).stderr).toMatch(/^1 connection, .* written\n$/)
    expect(readTree(out)).toEqual(new Map([[orig_file!, files.get(orig_file!)!]]))
    const again = await runProgram(['get', zip, uid, '-o', out])
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`${orig_file}": file exists`)])
    expect((await runProgram(['get', zip, uid, '-o', out, '--force', '-q'])).code).toBe(0)
    const udp = join(home, 'udp')
    expect((await runProgram(['get', zip, '--where', 'proto = udp', '-o', udp, '-q'])).code).toBe(0)
    expect([...readTree(udp).keys()]).toEqual([...files.keys()].filter((name) => name.includes('-UDP-')))
  })

  it.skipIf(!HAS_PYTHON)('reads an archive of an output folder that has its index in it', async () => {
    const home = join(folder, 'inside')
    mkdirSync(join(home, 'run'), { recursive: true })
    for (const [name, content] of plain.files) writeFileSync(join(home, 'run', name), content)
    copyFileSync(plain.index, join(home, 'run', 'index.jsonl'))
    const pack = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])"
    expect(spawnSync('python3', ['-c', pack, join(home, 'z'), home]).status).toBe(0)
    const { uid, orig_file } = plain.records.find((record) => record.orig_file !== null)!
    const { stdout, stderr } = await runProgram(['get', join(home, 'z.zip'), uid, '-o', '-', '-q'])
    expect(stderr).toBe('')
    expect(stdout).toEqual(plain.files.get(orig_file!))
  })

  it('names an entry that is damaged or not there, writes the others and no part of it', async () => {
    const { zip, index, home, records } = plain
    const bytes = readFileSync(zip)
    const named = records.filter((record) => record.orig_file !== null).slice(0, 2)
    const at = bytes.indexOf(named[0]!.orig_file!) + named[0]!.orig_file!.length
    bytes[at]! ^= 1
    writeFileSync(join(home, 'damaged.zip'), bytes)
    const other = {
      ...JSON.parse(readFileSync(index, 'utf8').split('\n')[0]!),
      uid: 'CHhAvVGS1DHFjwGM9S',
      orig_file: 'none',
    }
    writeFileSync(join(home, 'damaged.jsonl'), `${readFileSync(index, 'utf8')}${JSON.stringify(other)}\n`)
    const out = join(home, 'damaged')
    const uids = [...named.map(({ uid }) => uid), other.uid]
    const { code, stderr } = await runProgram(['get', join(home, 'damaged.zip'), ...uids, '-o', out, '-q'])
    expect(code).toBe(1)
    expect(stderr).toContain(`damaged.zip" at byte ${at}: a checksum does not fit`)
    expect(stderr).toContain('damaged.zip" has no entry "none"')
    expect(readdirSync(out)).toEqual([named[1]!.orig_file])
  })

  it.each<[(zip: string) => string[], number, string]>([
    [(zip) => [zip, 'CHhAvVGS1DHFjwGM9S'], 1, 'No connection CHhAvVGS1DHFjwGM9S in the index of "'],
    [(zip) => [zip, 'CHhAvVGS1DHFjwGM9S', '--as', 'json'], 2, 'its files are given as they are'],
    [(zip) => [zip, 'CHhAvVGS1DHFjwGM9S', '--utc'], 2, 'Cannot use --utc with'],
    [(zip) => [zip, 'CHhAvVGS1DHFjwGM9S', '-o', 'b.zip'], 2, 'files go into a folder'],
    [(zip) => [zip, '--where', 'proto = tcp', '-o', '-'], 2, 'standard output can carry only one of them'],
    [() => ['none.zip', 'CHhAvVGS1DHFjwGM9S'], 1, 'Cannot read "none.zip"'],
  ])('refuses %s', async (args, expected, problem) => {
    const { code, stderr } = await runProgram(['get', ...args(plain.zip)])
    expect([code, stderr]).toEqual([expected, expect.stringContaining(problem)])
    expect(existsSync('b.zip')).toBe(false)
  })
})

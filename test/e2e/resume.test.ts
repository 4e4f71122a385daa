import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ACK, endpoint, SYN } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, startProgram, withFolder } from '../support/program.js'
import { datagramCapture } from './datagram-capture.js'

const RECORD = '.pcap2conn.json'
const STATE = '.pcap2conn'
/** What is noted of them all takes more than the 32 MiB that it may take with little memory. */
const HOLDING_CONNECTIONS = 40
const HELD_SEGMENTS = 9_000
const FILE = '20240305093000-UDP-10.0.0.1.1000-10.0.0.2.53.txt'

async function resume(folder: string, args: readonly string[]) {
  const options = ['--resume', '-o', 'out', '-q', '--utc', '--summary', '-']
  const { code, stdout, stderr } = await runProgram([...args, ...options], { cwd: folder })
  const summary = stdout.length === 0 ? null : (JSON.parse(stdout.toString()) as Summary)
  return { code, stderr, inputs: summary?.inputs.map(({ path, status }) => `${path} ${status}`) ?? [] }
}

function record(folder: string, name: string): { complete: boolean } {
  return JSON.parse(readFileSync(join(folder, 'out', name, RECORD), 'utf8'))
}

describe.concurrent('--resume with --per-file', () => {
  it('leaves alone what is complete, and does what is new, changed, half-done, or asked for otherwise', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), datagramCapture(name))
      const first = await resume(folder, ['a', 'b', 'c', '--per-file'])
      expect(first).toMatchObject({ code: 0, inputs: ['a ok', 'b ok', 'c ok'] })
      const tree = readTree(join(folder, 'out'))
      expect(await resume(folder, ['a', 'b', 'c', '--per-file'])).toMatchObject({
        code: 0,
        inputs: ['a skipped', 'b skipped', 'c skipped'],
      })
      expect(readTree(join(folder, 'out'))).toEqual(tree)

      writeFileSync(join(folder, 'a'), datagramCapture('other')) // changed
      const half = { ...record(folder, 'b'), complete: false }
      writeFileSync(join(folder, 'out', 'b', RECORD), JSON.stringify(half))
      writeFileSync(join(folder, 'out', 'b', FILE), 'half')
      const leftOver = FILE.replace('1000', '2000')
      writeFileSync(join(folder, 'out', 'b', leftOver), 'left over')
      writeFileSync(join(folder, 'out', 'b', STATE, 'made-7'), `notes.txt\n../../a\n${leftOver}\ncut`)
      writeFileSync(join(folder, 'out', 'b', 'notes.txt'), "the user's")
      writeFileSync(join(folder, 'd'), datagramCapture('d')) // new
      expect(await resume(folder, ['a', 'b', 'c', 'd', '--per-file'])).toMatchObject({
        code: 0,
        inputs: ['a ok', 'b ok', 'c skipped', 'd ok'],
      })
      expect(readFileSync(join(folder, 'out', 'a', FILE), 'utf8')).toBe('other')
      expect(readFileSync(join(folder, 'out', 'b', FILE), 'utf8')).toBe('b')
      expect(readdirSync(join(folder, 'out', 'b'))).toEqual([STATE, RECORD, FILE, 'notes.txt'])

      utimesSync(join(folder, 'c'), 1, 1.5)
      expect((await resume(folder, ['c', '--per-file'])).inputs).toEqual(['c ok'])
      expect((await resume(folder, ['c', '--per-file', '-j'])).inputs).toEqual(['c ok'])
      expect(readdirSync(join(folder, 'out', 'c'))).toEqual([STATE, RECORD, FILE.replace('.txt', '.json')])
      expect((await resume(folder, ['c', '--per-file', '-j', '--workers', '2'])).inputs).toEqual([
        'c skipped',
      ])
    }))

  it('tells again what was wrong with an input, and tries again what could not be read or written', () =>
    withFolder(async (folder) => {
      const gzip = gzipSync(datagramCapture('cut'))
      writeFileSync(join(folder, 'cut.gz'), gzip.subarray(0, -2))
      writeFileSync(join(folder, 'text'), 'no capture')
      writeFileSync(join(folder, 'taken'), datagramCapture('taken'))
      mkdirSync(join(folder, 'out', 'taken'), { recursive: true })
      writeFileSync(join(folder, 'out', 'taken', FILE), "the user's")
      const all = ['cut.gz', 'text', 'taken', '--per-file']
      expect(await resume(folder, all)).toMatchObject({
        code: 1,
        inputs: ['cut.gz partial', 'text failed', 'taken ok'],
      })
      const again = await resume(folder, all)
      expect(again).toMatchObject({ code: 1, inputs: ['cut.gz skipped', 'text failed', 'taken ok'] })
      expect(again.stderr).toContain('the gzip data ends early')
      expect(again.stderr).toContain(`${FILE}": file exists`)
      expect(readTree(join(folder, 'out')).get(`taken/${FILE}`)?.toString()).toBe("the user's")
      expect((await resume(folder, ['cut.gz', '--per-file'])).code).toBe(1)
    }))

  it('a folder in the place of a result costs that file alone, whatever order it comes in', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      await resume(folder, ['a', 'b', '--per-file'])
      rmSync(join(folder, 'out', 'a', FILE))
      mkdirSync(join(folder, 'out', 'a', FILE, 'mine'), { recursive: true })
      rmSync(join(folder, 'out', 'b', STATE, 'results'))
      mkdirSync(join(folder, 'out', 'b', STATE, 'results'))
      for (const _ of ['once', 'twice']) {
        const { code, stderr } = await resume(folder, ['a', 'b', '--per-file'])
        expect([code, stderr]).toEqual([1, `error        Cannot write "out/a/${FILE}": it is a folder\n`])
        expect(readdirSync(join(folder, 'out', 'a', FILE))).toEqual(['mine'])
        expect(readFileSync(join(folder, 'out', 'b', FILE), 'utf8')).toBe('b')
      }
      rmSync(join(folder, 'out', 'a', FILE), { recursive: true })
      expect(await resume(folder, ['a', 'b', '--per-file'])).toMatchObject({
        code: 0,
        inputs: ['a ok', 'b skipped'],
      })
    }))

  it('what was noted is gone: results that are all there are known again', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      const args = ['a', 'b', '--per-file', '--index', 'x.jsonl']
      await resume(folder, args)
      const tree = readTree(join(folder, 'out'))
      rmSync(join(folder, 'out', 'a', STATE), { recursive: true })
      const indexed = await resume(folder, args)
      expect(indexed).toMatchObject({ code: 0, stderr: '', inputs: ['a ok', 'b skipped'] })
      expect([...readTree(join(folder, 'out')).keys()]).toEqual([...tree.keys()])
      rmSync(join(folder, 'out', 'b', STATE), { recursive: true })
      const plain = await resume(folder, ['a', 'b', '--per-file'])
      expect(plain).toMatchObject({ code: 0, stderr: '', inputs: ['a skipped', 'b skipped'] })
    }))

  it('what was noted is damaged: results that are all there are known again', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      await resume(folder, ['a', 'b', '--per-file'])
      writeFileSync(join(folder, 'out', 'a', STATE, 'results'), 'junk')
      const again = await resume(folder, ['a', 'b', '--per-file'])
      expect(again).toMatchObject({ code: 0, stderr: '', inputs: ['a skipped', 'b skipped'] })
    }))

  it('what was noted is gone, and other files are there: one line says what to do, and that does it', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      await resume(folder, ['a', 'b', '--per-file'])
      rmSync(join(folder, 'out', 'a', STATE), { recursive: true })
      const other = join(folder, 'out', 'a', FILE.replace('1000', '2000'))
      writeFileSync(other, 'mine')
      // The other capture is not kept back by it.
      rmSync(join(folder, 'out', 'b'), { recursive: true })
      const { code, stderr, inputs } = await resume(folder, ['a', 'b', '--per-file'])
      expect([code, inputs]).toEqual([1, ['a failed', 'b ok']])
      expect(stderr).toMatch(
        /^problem +Cannot use --resume: which files in the folder "out\/a" are results is not known any more: "\.pcap2conn" is gone or damaged there \(remove the files and \.pcap2conn\.json, or --force replaces them\)\n$/,
      )
      const forced = await resume(folder, ['a', 'b', '--per-file', '--force'])
      expect(forced).toMatchObject({ code: 0, inputs: ['a ok', 'b skipped'] })
      expect(readFileSync(other, 'utf8')).toBe('mine')
      const again = await resume(folder, ['a', 'b', '--per-file'])
      expect(again).toMatchObject({ code: 0, inputs: ['a skipped', 'b skipped'] })
    }))

  it('files of a run without --resume: --force makes the folder one that can be resumed', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a'), datagramCapture('a'))
      await runProgram(['a', '-o', 'out', '-q', '--utc', '--per-file'], { cwd: folder })
      expect(await resume(folder, ['a', '--per-file'])).toMatchObject({ code: 1, inputs: ['a ok'] })
      expect((await resume(folder, ['a', '--per-file', '--force'])).code).toBe(0)
      expect((await resume(folder, ['a', '--per-file'])).inputs).toEqual(['a skipped'])
    }))

  it('a folder in the place of the record is refused before any work', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a'), datagramCapture('a'))
      mkdirSync(join(folder, 'out', 'a', RECORD), { recursive: true })
      const { code, stderr } = await resume(folder, ['a', '--per-file'])
      expect([code, stderr]).toEqual([1, `pcap2conn: Cannot write "out/a/${RECORD}": it is a folder\n`])
      expect(readdirSync(join(folder, 'out', 'a'))).toEqual([RECORD])
    }))

  it('takes the same command once more with --summary, too, and replaces that alone', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a'), datagramCapture('a'))
      const args = ['a', '--resume', '--per-file', '-o', 'out', '-q', '--summary', 's.json']
      expect((await runProgram(args, { cwd: folder })).code).toBe(0)
      expect((await runProgram(args, { cwd: folder })).code).toBe(0)
      const { inputs }: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
      expect(inputs.map(({ status }) => status)).toEqual(['skipped'])
    }))

  it('goes on where a run was killed', () =>
    withFolder(async (folder) => {
      const names = Array.from({ length: 400 }, (_, i) => `${1000 + i}.pcap`)
      mkdirSync(join(folder, 'in'))
      for (const name of names) writeFileSync(join(folder, 'in', name), datagramCapture(name, name))
      const { child, result } = startProgram(['in', '--per-file', '--resume', '-o', 'out', '-q'], {
        cwd: folder,
      })
      while (!existsSync(join(folder, 'out', '1010.pcap', FILE)))
        await new Promise((done) => setTimeout(done, 1))
      child.kill('SIGKILL')
      await result
      const { code, inputs } = await resume(folder, ['in', '--per-file'])
      expect(code).toBe(0)
      expect(inputs).toHaveLength(400)
      for (const name of names) {
        expect(readFileSync(join(folder, 'out', name, FILE), 'utf8')).toBe(name + name)
        expect(readdirSync(join(folder, 'out', name))).toEqual([STATE, RECORD, FILE])
      }
    }))
})

/** Connections that hold so many bytes behind gaps, one by one, that a run of little memory gives some up. */
function holdingCapture(): Buffer {
  const script = new Script(1_709_631_000)
  for (let i = 0; i < HOLDING_CONNECTIONS; i++) {
    const client = endpoint('10.0.0.1', 1_024 + i)
    const tcp = script.tcp({ client, server: endpoint('198.51.100.9', 80), stepMs: 0.001 })
    tcp.segment(0, SYN, -1, new Uint8Array(0))
    for (let byte = 0; byte < HELD_SEGMENTS; byte++) tcp.segment(0, ACK, 2 * byte + 1, Uint8Array.of(0x78))
  }
  return script.toPcap()
}

it('--resume converts again what a run that was short of memory has converted', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a'), holdingCapture())
    const args = ['a', '--resume', '-o', 'out', '-q', '--workers', '1', '--summary', 's.json', '--memory']
    const options = { cwd: folder }
    const first = await runProgram([...args, '16M'], options)
    expect([first.code, first.stderr]).toEqual([
      75,
      expect.stringMatching(/^error +Memory was full: [^\n]+\n$/),
    ])
    const short: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
    expect([short.inputs[0]?.status, short.failures[0]?.kind]).toEqual(['partial', 'run'])
    expect(record(folder, '.').complete).toBe(false)
    expect((await runProgram([...args, '512M'], options)).code).toBe(0)
    const summary: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
    expect([summary.inputs[0]?.status, summary.files]).toEqual(['ok', HOLDING_CONNECTIONS])
  }))

describe.concurrent('--resume without --per-file', () => {
  it('leaves the whole set alone or does it again', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      expect((await resume(folder, ['a', 'b'])).inputs).toEqual(['a ok', 'b ok'])
      expect((await resume(folder, ['a', 'b'])).inputs).toEqual(['a skipped', 'b skipped'])
      writeFileSync(join(folder, 'c'), datagramCapture('c'))
      expect(await resume(folder, ['a', 'b', 'c'])).toMatchObject({
        code: 0,
        inputs: ['a ok', 'b ok', 'c ok'],
      })
      expect((await resume(folder, ['a', 'b', 'c', '--merge'])).inputs).toEqual(['a ok', 'b ok', 'c ok'])
      expect((await resume(folder, ['a', 'b', 'c', '--merge'])).inputs).toEqual([
        'a skipped',
        'b skipped',
        'c skipped',
      ])
    }))

  it('never removes the results of other inputs', () =>
    withFolder(async (folder) => {
      for (const name of ['a', 'b']) writeFileSync(join(folder, name), datagramCapture(name))
      await resume(folder, ['a'])
      const refused = await resume(folder, ['b'])
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining('the folder "out" has results of "a", which is no input now'),
      ])
      expect(readFileSync(join(folder, 'out', FILE), 'utf8')).toBe('a')
      expect((await resume(folder, ['b', '--force'])).code).toBe(0)
      expect(readFileSync(join(folder, 'out', FILE), 'utf8')).toBe('b')
    }))
})

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint, ethernet, ip } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { waitUntil } from '../support/processes.js'
import { withFolder } from '../support/program.js'
import { CAPTURE, expectClearEnd, expectSameTree, run, start, withCapture } from './fault-run.js'

/** Every path below `folder` with its mode, folders too. */
function modesBelow(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(paths.map((path) => [path, (statSync(join(folder, path)).mode & 0o7777).toString(8)]))
}

// [umask, mode of files, of folders]
const masks: [string, string, string][] = [
  ['000', '640', '750'],
  ['077', '600', '700'],
]
describe('what a run makes', () => {
  it.each(masks)('with umask %s has the mode %s, folders %s', (umask, file, folders) =>
    withCapture(async (folder) => {
      mkdirSync(join(folder, 'new'))
      const options = ['-o', 'new/a/out', '-m', '-s', '-q', '--per-file', '--workers', '2']
      const others = ['--index', 'new/b/x.jsonl', '--index', 'new/b/x.parquet', '--summary', 'new/c/s.json']
      const args = ['capture.pcap', ...options, ...others, '--report', 'new/d/r.html']
      const result = await run(folder, args, { shell: `umask ${umask}` })
      expectClearEnd(folder, result, 0, /^$/)
      const resumed = ['capture.pcap', '-o', 'new/a/again', '-q', '--resume']
      expectClearEnd(folder, await run(folder, resumed, { shell: `umask ${umask}` }), 0, /^$/)
      const modes = modesBelow(join(folder, 'new'))
      expect(modes.size).toBeGreaterThan(200)
      for (const [path, mode] of modes) {
        const isFolder = statSync(join(folder, 'new', path)).isDirectory()
        expect([path, mode]).toEqual([path, isFolder ? folders : file])
      }
    }),
  )

  it('is below the output folder, but for what options name', () =>
    withCapture(async (folder) => {
      mkdirSync(join(folder, 'home'))
      const env = { HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'home') }
      const options = ['-o', 'out', '-m', '-j', '--index', 'x.csv', '--summary', 's.json']
      const result = await run(folder, ['capture.pcap', ...options, '--workers', '2'], { env })
      expectClearEnd(folder, result, 0, /^inputs /)
      expect(readdirSync(folder).sort()).toEqual(['capture.pcap', 'home', 'out', 's.json', 'temp', 'x.csv'])
      expect(readdirSync(join(folder, 'home'))).toEqual([])
    }))

  it('is called by safe characters only, whatever protocol a capture has', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'temp'))
      const script = new Script(1_709_631_000)
      for (let protocol = 0; protocol < 256; protocol++) {
        for (const [a, b] of [
          ['192.0.2.1', '198.51.100.1'],
          ['fe80::1', 'ff02::ffff:ffff'],
        ] as const) {
          const [src, dst] = [endpoint(a, 0), endpoint(b, 0)]
          const payload = new Uint8Array(64).map((_, i) => (i * 89) & 0xff)
          script.add(ethernet(src, dst, ip(src, dst, protocol, payload)), protocol)
        }
      }
      writeFileSync(join(folder, 'all.pcap'), script.toPcap())
      const result = await run(folder, ['all.pcap', '-o', 'out', '-q', '-m', '-s'])
      expectClearEnd(folder, result, 0, /^$/)
      const names = readdirSync(join(folder, 'out'))
      expect(names.length).toBeGreaterThan(400)
      for (const name of names)
        expect(name).toMatch(/^\d{14}-[A-Z0-9.()+-]+-[\da-f._]+-[\da-f._]+(?:~\d+)?(?:-metadata)?\.txt$/)
    }))
})

describe('a run that is killed', () => {
  it('leaves no part of an index or a summary, and --force makes all whole', () =>
    withCapture(async (folder) => {
      const options = ['-o', 'out', '-m', '-q', '--workers', '2']
      const totals = ['--index', 'out/x.jsonl', '--index', 'out/x.csv', '--summary', 'out/s.json']
      await run(folder, [
        'capture.pcap',
        ...options.with(1, 'expected'),
        '--index',
        'expected/x.jsonl',
        '--index',
        'expected/x.csv',
      ])
      const { child, result } = start(folder, ['-', ...options, ...totals, '-f', '4', '--memory', '1M'])
      child.stdin.write(CAPTURE.subarray(0, CAPTURE.length / 2))
      const out = join(folder, 'out')
      await waitUntil(
        'files are written',
        () => statSync(out, { throwIfNoEntry: false }) !== undefined && readdirSync(out).length > 5,
      )
      child.kill('SIGKILL')
      expect((await result).signal).toBe('SIGKILL')
      expect(readdirSync(out).filter((name) => !/^\d{14}-.*\.txt$/.test(name))).toEqual([])

      const again = await run(folder, ['capture.pcap', ...options, ...totals, '--force'])
      expect([again.code, again.stderr]).toEqual([0, ''])
      expect(JSON.parse(readFileSync(join(out, 's.json'), 'utf8')).errors).toEqual([])
      rmSync(join(out, 's.json'))
      expectSameTree(join(folder, 'expected'), out)
    }))
})

import { execFileSync, spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { type ProgramOptions, readTree, runProgram, withFolder } from '../support/program.js'

const SERVER = endpoint('198.51.100.9', 514)
const FILE = '20240305093000-UDP-10.0.0.1.1000-198.51.100.9.514.txt'

/** A capture of one datagram, from this port. */
function capture(port = 1_000): Buffer {
  const script = new Script(1_709_631_000)
  script
    .udp({ client: endpoint('10.0.0.1', port), server: SERVER, atMs: 0, stepMs: 10 })
    .send(0, `from ${port}`)
  return script.toPcap()
}

/** Makes files below a folder, a capture each unless a content is given. */
function make(folder: string, files: Readonly<Record<string, Uint8Array | string | number>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), typeof content === 'number' ? capture(content) : content)
  }
}

function preload(name: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${resolve('test/faults/preload', `${name}.mjs`)}` }
}

/** Runs the program in the folder. The summary is that of a run that had one. */
async function run(folder: string, args: readonly string[], options: ProgramOptions = {}) {
  const result = await runProgram([...args, '--summary', '-'], { cwd: folder, timeoutMs: 20_000, ...options })
  const text = result.stdout.toString()
  return { ...result, summary: (text === '' ? null : JSON.parse(text)) as Summary }
}

const statuses = ({ inputs }: Summary) => inputs.map(({ path, status }) => [path, status])

describe('what a folder or a pattern finds', () => {
  it('are names of any bytes', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/line\nfeed': 1, 'in/é.pcap': 2, [`in/${'n'.repeat(255)}`]: 3 })
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/in/caf`), Buffer.from([0xe9])]), capture(4))
      mkdirSync(Buffer.concat([Buffer.from(`${folder}/in/d`), Buffer.from([0xff])]))
      writeFileSync(
        Buffer.concat([Buffer.from(`${folder}/in/d`), Buffer.from([0xff, 0x2f, 0xfe])]),
        capture(5),
      )
      const names = ['in/caf\\xe9', 'in/d\\xff/\\xfe', 'in/line\nfeed', `in/${'n'.repeat(255)}`, 'in/é.pcap']
      for (const arg of ['in', 'in/**']) {
        const { code, summary } = await run(folder, [arg, '-o', 'out', '--force'])
        expect([code, statuses(summary)]).toEqual([0, names.map((name) => [name, 'ok'])])
        expect(summary.connections.total).toBe(5)
      }
      const index = join(folder, 'i.jsonl')
      const { code } = await run(folder, ['in', '-o', 'each', '--per-file', '--index', index])
      expect(code).toBe(0)
      const records = readFileSync(index, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(records.map((record) => record.capture).sort()).toEqual([...names].sort())
      const tree = readTree(join(folder, 'each'))
      for (const record of records) expect(tree.has(record.orig_file)).toBe(true)
    }))

  it('are names in a folder whose own name is no UTF-8', () =>
    withFolder(async (folder) => {
      make(folder, { 'a.pcap': 1 })
      const shell = 'd=$(printf "d\\351"); mkdir "$d"; mv a.pcap "$d"; cd "$d"'
      const { code, summary } = await run(folder, ['*.pcap', '-o', 'out'], { shell })
      expect([code, statuses(summary)]).toEqual([0, [['a.pcap', 'ok']]])
    }))

  it('are no pipes, sockets and devices: none of them holds the run up', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/a.pcap': 1 })
      execFileSync('mkfifo', [join(folder, 'in/fifo')])
      symlinkSync('/dev/zero', join(folder, 'in/zero'))
      const server = createServer().listen(join(folder, 'in/socket'))
      try {
        for (const arg of ['in', 'in/*']) {
          const { code, summary, stderr } = await run(folder, [arg, '-o', 'out', '--force'])
          expect([code, summary.skipped.not_capture]).toEqual([0, 3])
          expect(stderr).toMatch(/^not read +3 no captures$/m)
        }
      } finally {
        await new Promise((done) => server.close(done))
      }
    }))

  it('that is no capture is counted, unless its name or an argument says that it is one', () =>
    withFolder(async (folder) => {
      make(folder, {
        'in/a.pcap': 1,
        'in/README': 'read me',
        'in/a.pcap.md5': 'd41d8',
        'in/empty': '',
        'in/.x': 2,
      })
      for (const arg of ['in', 'in/*']) {
        const { code, summary, stderr } = await run(folder, [arg, '-o', 'out', '--force'])
        expect([code, statuses(summary)]).toEqual([
          0,
          [
            ['in/a.pcap', 'ok'],
            ['in/README', 'no_capture'],
            ['in/a.pcap.md5', 'no_capture'],
            ['in/empty', 'no_capture'],
          ],
        ])
        expect(summary.skipped).toMatchObject({ hidden: 1, not_capture: 3 })
        expect(stderr).toMatch(/^inputs +1 file read$/m)
        expect(stderr).toMatch(/^not read +1 hidden, 3 no captures$/m)
      }
      expect((await run(folder, ['in', '-o', 'merged', '--merge'])).code).toBe(0)
      expect((await run(folder, ['in/README', '-o', 'out', '--force'])).code).toBe(1)
      expect((await runProgram(['inspect', join(folder, 'in')])).code).toBe(0)
      make(folder, { 'in/b.pcap.1': 'text' })
      const named = await run(folder, ['in', '-o', 'out', '--force'])
      expect(named.code).toBe(1)
      expect(statuses(named.summary)).toContainEqual(['in/b.pcap.1', 'failed'])
    }))

  it('that is no capture at all is told', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/a': 'text', 'in/b': 'text' })
      const { code, stderr } = await run(folder, ['in', '-o', 'out'])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^error +No input is a capture: 2 files were skipped$/m)
    }))

  it('that cannot be reached or looked at is an input that failed', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/a.pcap': 1, 'in/day/b.pcap': 2 })
      symlinkSync('nowhere', join(folder, 'in/lost.pcap'))
      symlinkSync('loop', join(folder, 'in/loop'))
      for (const arg of ['in', 'in/**', 'in/*']) {
        const { code, summary, stderr } = await run(folder, [arg, '-o', 'out', '--force', '-q'])
        expect(code).toBe(1)
        expect(Object.fromEntries(statuses(summary))).toEqual({
          'in/a.pcap': 'ok',
          'in/day/b.pcap': 'ok',
          'in/loop': 'failed',
          'in/lost.pcap': 'failed',
        })
        expect(stderr).toMatch(/^problem +Cannot read "in\/lost\.pcap": no such file or folder$/m)
        expect(stderr).toMatch(/^problem +Cannot read "in\/loop": too many symbolic links$/m)
      }
    }))

  it.each([
    ['EACCES', 1],
    ['EIO', 1],
    ['ESTALE', 75], // of a network: it may work the next time
  ])('that cannot be looked at for %s is an input that failed: exit %i', (error, exitCode) =>
    withFolder(async (folder) => {
      make(folder, { 'in/a.pcap': 1, 'in/x/b.pcap': 2, 'in/c.pcap': 3 })
      // [what fails, whether its listing does]
      for (const [name, lists] of [
        ['c.pcap', ''],
        ['x', ''],
        ['x', '1'],
      ] as const) {
        for (const args of [['in'], ['in/**'], ['in', '--per-file'], ['in', '--merge']]) {
          const env = { ...preload('failing-looks'), UNSEEN: name, UNSEEN_ERROR: error, UNSEEN_LIST: lists }
          const { code, summary, stderr } = await run(
            folder,
            [...args, '-o', `out${lists}-${name}`, '--force', '-q'],
            {
              env,
            },
          )
          const failed = summary.inputs.filter(({ status }) => status === 'failed')
          expect([code, failed.map(({ path }) => path)]).toEqual([exitCode, [`in/${name}`]])
          expect(stderr).toContain(`"in/${name}"`)
          expect(summary.connections.total).toBe(2)
        }
      }
    }),
  )

  it('by two names is read once, and that is said', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/a.pcap': 1 })
      symlinkSync('a.pcap', join(folder, 'in/b.pcap'))
      linkSync(join(folder, 'in/a.pcap'), join(folder, 'in/c.pcap'))
      const { code, summary, stderr } = await run(folder, ['in', '-o', 'out'])
      expect([code, statuses(summary), summary.packets.read]).toEqual([0, [['in/a.pcap', 'ok']], 1])
      expect(summary.skipped).toMatchObject({
        same_file: 2,
        first: ['b', 'c'].map((name) => ({
          path: `in/${name}.pcap`,
          reason: 'same_file',
          same_as: 'in/a.pcap',
        })),
      })
      expect(stderr).toMatch(/^not read +2 read by other names \("in\/b\.pcap" is "in\/a\.pcap"\)$/m)
    }))
})

describe('results are no inputs', () => {
  // [name, options of each run, of the second alone]
  const ways: [string, string[], string[]][] = [
    ['into a folder', ['-o', 'out'], ['--force']],
    ['beside the captures', ['-o', '.'], ['--force']],
    ['of each file', ['-o', 'out', '--per-file', '-m'], ['--force']],
    ['with --resume', ['-o', 'out', '--resume', '--per-file'], []],
    [
      'of each direction, with all else',
      ['-o', 'out', '-sj', '--index', 'i.jsonl', '--report', 'r.html'],
      ['--force'],
    ],
    [
      'with an index in the output folder',
      ['-o', 'out', '--index', 'out/i.csv', '--index', 'p.parquet'],
      ['--force'],
    ],
  ]
  it.each(ways)('%s: the same run twice gives the same', (_name, options, again) =>
    withFolder(async (folder) => {
      make(folder, { 'a.pcap': 1, 'day/b.pcap': 2 })
      const first = await run(folder, ['.', ...options])
      const tree = readTree(folder)
      const second = await run(folder, ['.', ...options, ...again])
      expect([first.code, second.code]).toEqual([0, 0])
      expect([...readTree(folder).keys()]).toEqual([...tree.keys()])
      for (const [name, content] of readTree(folder))
        if (!/\.(html|parquet)$/.test(name))
          expect([name, content.equals(tree.get(name)!)]).toEqual([name, true])
      expect(second.summary.inputs.map(({ path }) => path)).toEqual(
        first.summary.inputs.map(({ path }) => path),
      )
      expect(second.summary.skipped.own_results).toBeGreaterThan(0)
    }),
  )

  it('of an earlier run with another output folder', () =>
    withFolder(async (folder) => {
      make(folder, { 'a.pcap': 1 })
      await run(folder, ['a.pcap', '-o', 'one', '-smj'])
      const { code, summary } = await run(folder, ['.', '-o', 'two'])
      expect([code, statuses(summary), summary.skipped.own_results]).toEqual([
        0,
        [['./a.pcap', 'ok']].map(([, s]) => ['a.pcap', s]),
        2,
      ])
    }))
})

describe('an output that is an input', () => {
  const byName: [string, (folder: string) => string][] = [
    ['by its name', () => 'a.pcap'],
    ['by another path', (folder) => `${folder}/./a.pcap`],
    [
      'by a link',
      (folder) => {
        symlinkSync('a.pcap', join(folder, 'link'))
        return 'link'
      },
    ],
    [
      'by a second name',
      (folder) => {
        linkSync(join(folder, 'a.pcap'), join(folder, 'second'))
        return 'second'
      },
    ],
  ]
  for (const args of [['a.pcap'], ['.'], ['*.pcap']]) {
    it.each(byName)(`is refused whatever --force, %s (${args})`, (_way, pathOf) =>
      withFolder(async (folder) => {
        make(folder, { 'a.pcap': 1 })
        const path = pathOf(folder)
        const before = readTree(folder)
        for (const force of [[], ['--force']]) {
          const options = [...args, '-o', 'out', ...force]
          const { code, stderr } = await runProgram([...options, '--summary', path], { cwd: folder })
          expect([code, stderr]).toEqual([
            2,
            expect.stringMatching(/^pcap2conn: Cannot write ".*": it is (an|the) input/),
          ])
          expect(readTree(folder)).toEqual(before)
        }
      }),
    )
  }

  it.each([
    ['--index', 'x.jsonl'],
    ['--index', 'x.parquet'],
    ['--report', 'x.html'],
    ['--summary', 'x'],
  ])('is refused: %s', (option, name) =>
    withFolder(async (folder) => {
      make(folder, { 'in/a.pcap': 1, [`in/${name}`]: 2 })
      const args = ['in', '-o', 'out', '--force', option, `in/${name}`]
      const { code, stderr } = await runProgram(args, { cwd: folder })
      expect([code, stderr]).toEqual([2, `pcap2conn: Cannot write "in/${name}": it is an input\n`])
      expect(readFileSync(join(folder, 'in', name))).toEqual(capture(2))
    }),
  )

  it.each([['1'], ['2']])('in the place of a connection file fails alone (%s workers)', (workers) =>
    withFolder(async (folder) => {
      make(folder, { [`out/${FILE}`]: 1_000, 'b.pcap': 2_000 })
      for (const input of [`out/${FILE}`, 'link']) {
        if (input === 'link') symlinkSync(`out/${FILE}`, join(folder, 'link'))
        const args = [input, 'b.pcap', '-o', 'out', '--workers', workers, '--force', '-q']
        const { code, stderr, summary } = await run(folder, args)
        expect([code, stderr]).toEqual([1, `error        Cannot write "out/${FILE}": it is an input\n`])
        expect(readFileSync(join(folder, 'out', FILE))).toEqual(capture(1_000))
        expect(summary.files).toBe(1)
      }
    }),
  )
})

describe('a file that standard input is redirected from', () => {
  it.each([
    ['--summary', 'in.pcap', 2],
    ['--index', 'in.jsonl', 2],
    ['-o', FILE, 1],
  ])('is never replaced: %s', (option, name, exitCode) =>
    withFolder(async (folder) => {
      make(folder, { [name]: 1_000 })
      const before = readFileSync(join(folder, name))
      const value = option === '-o' ? '.' : name
      const command = `"${process.execPath}" "${resolve('bin/pcap2conn.js')}" - --utc --force -q ${option} ${value} < ${name}`
      const { status } = spawnSync('sh', ['-c', command], { cwd: folder })
      expect(status).toBe(exitCode)
      expect(readFileSync(join(folder, name))).toEqual(before)
    }),
  )
})

describe('--per-file', () => {
  it('makes a folder with its first file, and none for what has no connection', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/sub/a': 1_000 })
      writeFileSync(join(folder, 'in/notes.txt'), 'no capture')
      writeFileSync(join(folder, 'in/broken.pcap'), 'no capture, too')
      for (const more of [[], ['-m'], ['--workers', '3']]) {
        const { code } = await runProgram(['in', '--per-file', '-o', 'out', '--force', '-q', ...more], {
          cwd: folder,
        })
        expect(code).toBe(1)
        const folders = readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => entry.name)
        expect(folders).toEqual(['sub', 'a'])
      }
    }))

  it('keeps the path below the argument', () =>
    withFolder(async (folder) => {
      make(folder, { 'in/day1/a': 1_000, 'in/day2/a': 1_000, 'x/y/b': 1_000 })
      for (const [arg, names] of [
        ['in', ['day1/a', 'day2/a']],
        ['in/day*/a', ['day1/a', 'day2/a']],
        ['*/*/*', ['in/day1/a', 'in/day2/a', 'x/y/b']],
        ['x/y/b', ['b']],
        [join(folder, 'in/day?'), ['day1/a', 'day2/a']],
      ] as const) {
        const options = ['--per-file', '--force', '--index', 'i.jsonl', '-q']
        const out = `out-${names.length}-${arg.length}`
        const { code, summary } = await run(folder, [arg, '-o', out, ...options])
        expect(code).toBe(0)
        expect([...readTree(join(folder, out)).keys()]).toEqual(names.map((name) => `${name}/${FILE}`))
        const records = readFileSync(join(folder, 'i.jsonl'), 'utf8').trim().split('\n')
        expect(records.map((line) => JSON.parse(line).capture).sort()).toEqual(
          summary.inputs.map(({ path }) => path).sort(),
        )
      }
    }))

  it('refuses two inputs with one folder of results, before anything is written', () =>
    withFolder(async (folder) => {
      make(folder, { 'a/x': 1, 'b/x': 2 })
      const { code, stderr } = await runProgram(['a/x', 'b', '--per-file', '-o', 'out'], { cwd: folder })
      expect([code, stderr]).toEqual([
        2,
        'pcap2conn: Cannot use --per-file: "a/x" and "b/x" would have one folder of results, "out/x"\n',
      ])
      expect([...readTree(folder).keys()]).toEqual(['a/x', 'b/x'])
    }))

  it.each([[[]], [['--workers', '2']]])('refuses them where a file system ignores case %j', (workers) =>
    withFolder(async (folder) => {
      make(folder, { 'in/A.pcap': 1, 'in/a.pcap': 2 })
      mkdirSync(join(folder, 'disk/out'), { recursive: true })
      const env = { ...preload('ignoring-case'), IGNORES_CASE: join(folder, 'disk') }
      expect((await run(folder, ['in', '--per-file', '-o', 'disk/out', ...workers])).code).toBe(0)
      for (const out of ['disk/out', 'disk/other/deep']) {
        const { code, stderr } = await run(folder, ['in', '--per-file', '-o', out, ...workers], { env })
        expect([code, stderr]).toEqual([
          2,
          `pcap2conn: Cannot use --per-file: "in/A.pcap" and "in/a.pcap" would have one folder of results, "${out}/a.pcap"\n`,
        ])
      }
    }),
  )
})

import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { treeHashes } from '../support/trees.mjs'
import { expectClearEnd, expectSameTree, PLACES, run, summaryIn, withCapture } from './fault-run.js'

const PROGRAM = resolve('bin/pcap2conn.js')
/** A name space of mounts of its own: what is mounted in it goes with its last process. */
const UNSHARE = ['unshare', ...(process.geteuid?.() === 0 ? ['-m'] : ['-r', '-m'])]
const canMount = spawnSync('sh', ['-c', `${UNSHARE.join(' ')} mount -t tmpfs none /mnt`]).status === 0

/** Runs the program twice: while the disk `small` has so many KiB, and again with `--force` or so when it has room. */
const TWICE = `
set -u
size=$1 again=$2; shift 2
mount -t tmpfs -o size="$size"k none small
head -c "$FILL" /dev/zero >small/fill
timeout -s KILL 30 "$@" >out1 2>err1; echo $? >code1
rm small/fill
ls -A temp >temp1
cp -a small small1
mount -o remount,size=64m small
timeout -s KILL 30 "$@" $again >out2 2>err2; echo $? >code2
cp -a small small2
`

interface Case {
  readonly args: readonly string[]
  /** Of the disk, and of them used from the start. */
  readonly sizeKiB: number
  readonly usedKiB?: number
  readonly capture?: string
  /** The temporary folder is on the disk. */
  readonly isTempSmall?: true
  readonly again?: string
}

/** What a run has left: its exit code, standard error, and a copy of the disk's files. */
async function runTwice(folder: string, disk: Case) {
  const { args, sizeKiB, usedKiB = 0, capture = 'capture.pcap', isTempSmall, again = '--force' } = disk
  mkdirSync(join(folder, 'small'))
  const command = [process.execPath, PROGRAM, capture, '-q', ...args]
  const [program = '', ...rest] = [...UNSHARE, 'sh', '-c', TWICE, 'sh', String(sizeKiB), again, ...command]
  const env = {
    ...process.env,
    TZ: 'UTC',
    TMPDIR: join(folder, isTempSmall ? 'small' : 'temp'),
    FILL: String(usedKiB * 1024),
  }
  const child = spawn(program, rest, { cwd: folder, env, stdio: 'ignore' })
  await new Promise((done) => child.on('close', done))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const result = (n: number) => ({
    code: Number(read(`code${n}`)),
    signal: null,
    stdout: Buffer.alloc(0),
    stderr: read(`err${n}`),
  })
  expect(read('temp1')).toBe('')
  return { first: result(1), second: result(2) }
}

/** One stream of which all but the begin is early: more than the least memory holds. */
function spillingCapture(): Buffer {
  const script = new Script(1_709_631_000)
  const ends = { client: endpoint('192.0.2.1', 4_000), server: endpoint('198.51.100.1', 80) }
  const tcp = script.tcp({ ...ends, stepMs: 1 })
  tcp.open()
  tcp.send(0, 'late', { delayMs: 5_000 })
  for (let i = 0; i < 700; i++) tcp.send(0, `${i} `.repeat(1_400).slice(0, 1_400))
  return script.toPcap()
}

const NO_SPACE = 'no space left on device'

describe.runIf(canMount)('a disk that is full', () => {
  it.each(PLACES)('of connection files, workers %s', (_where, workers) =>
    withCapture(async (folder) => {
      const options = ['-m', '-s', ...workers]
      await run(folder, ['capture.pcap', '-q', '-o', 'expected', ...options])
      const args = ['-o', 'small/out', '--summary', 'summary.json', ...options]
      const { first, second } = await runTwice(folder, { args, sizeKiB: 300 })
      const says = new RegExp(`^error +Cannot write "small/out/[^"\\n]+": ${NO_SPACE} [^\\n]+\\n$`)
      expectClearEnd(folder, first, 75, says)
      expectClearEnd(folder, second, 0, /^$/)
      expectSameTree(join(folder, 'expected'), join(folder, 'small2/out'))
    }),
  )

  it('of connection files, whose summary names what was written', () =>
    withCapture(async (folder) => {
      const args = ['-o', 'small/out', '--summary', 'summary.json', '--resume', '--utc']
      await run(folder, ['capture.pcap', '-q', ...args.with(1, 'expected')])
      const before = summaryIn(folder)
      const { first, second } = await runTwice(folder, {
        args: [...args, '--force'],
        sizeKiB: 300,
        again: '',
      })
      expectClearEnd(folder, first, 75, new RegExp(NO_SPACE))
      expectClearEnd(folder, second, 0, /^$/)
      const names = readdirSync(join(folder, 'small1/out')).filter((name) => name.startsWith('2'))
      expect(names.length).toBeGreaterThan(0)
      expect(names.length).toBeLessThan(before.files)
      expectSameTree(join(folder, 'expected'), join(folder, 'small2/out'))
      expect(summaryIn(folder).files).toBe(before.files)
    }))

  // At different moments: files, kept records, or the notes that a later run needs.
  it.each([250, 700, 1_100, 1_500])(
    'of %d KiB leaves what --resume makes whole, index and summary too',
    (sizeKiB) =>
      withCapture(async (folder) => {
        const names = ['0.pcap', '1.pcap']
        for (const name of names) copyFileSync(join(folder, 'capture.pcap'), join(folder, name))
        const options = ['-m', '--per-file', '--resume', '--workers', '2', '--summary', 'summary.json']
        await run(folder, [
          'capture.pcap',
          ...names,
          '-q',
          '-o',
          'expected',
          '--index',
          'e.jsonl',
          ...options,
        ])
        const { seconds: _, workers: __, inputs: before, ...counts } = summaryIn(folder)
        const args = [...names, '-o', 'small/out', '--index', 'x.jsonl', ...options]
        const { first, second } = await runTwice(folder, { args, sizeKiB, again: '' })
        expectClearEnd(folder, first, 75, new RegExp(NO_SPACE))
        expectClearEnd(folder, second, 0, /^$/)
        expect(readFileSync(join(folder, 'x.jsonl'), 'utf8')).toBe(
          readFileSync(join(folder, 'e.jsonl'), 'utf8'),
        )
        const { inputs, ...rest } = summaryIn(folder)
        expect(rest).toMatchObject(counts)
        expect(inputs.map((input) => ({ ...input, status: 'ok' }))).toEqual(before)
      }),
  )

  it('of one input of many is told with its status, and that input is converted again with --resume', () =>
    withCapture(async (folder) => {
      const names = ['0.pcap', '1.pcap', '2.pcap']
      for (const name of names) copyFileSync(join(folder, 'capture.pcap'), join(folder, name))
      const options = ['--per-file', '--resume', '--summary', 'summary.json', '--workers', '2']
      await run(folder, [...names.slice(1), 'capture.pcap', '-q', '-o', 'expected', ...options])
      const args = [...names.slice(1), '-o', 'small/out', ...options]
      const { first } = await runTwice(folder, { args, sizeKiB: 900, again: '--no-such-option' })
      expectClearEnd(folder, first, 75, new RegExp(NO_SPACE))
      const { inputs, failures } = summaryIn(folder)
      expect([...new Set(failures.map(({ kind }) => kind))]).toEqual(['run'])
      const isPartial = inputs.map(({ status }) => status === 'partial')
      expect(isPartial).toContain(true)
      expect(isPartial.lastIndexOf(false)).toBeLessThan(isPartial.indexOf(true)) // what came before is whole
      const again = await run(folder, [
        ...names.slice(1),
        'capture.pcap',
        '-q',
        '-o',
        'small1/out',
        ...options,
      ])
      expectClearEnd(folder, again, 0, /^$/)
      const statuses = summaryIn(folder).inputs.map(({ status }) => status)
      // Where there was no room for a record either, a whole input is converted again, too.
      expect(statuses.filter((_, i) => isPartial[i])).toEqual(isPartial.filter(Boolean).map(() => 'ok'))
    }))

  it('of one index only: the others and all connection files are whole', () =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected', '--index', 'x.jsonl', '--index', 'x.csv'])
      const args = ['-o', 'out', '--index', 'small/x.jsonl', '--index', 'y.csv']
      const { first, second } = await runTwice(folder, { args, sizeKiB: 16 })
      expectClearEnd(
        folder,
        first,
        75,
        new RegExp(`^error +Cannot write "small/x.jsonl": ${NO_SPACE} [^\\n]+\\n$`),
      )
      expect(readdirSync(join(folder, 'small1'))).toEqual([])
      expectClearEnd(folder, second, 0, /^$/)
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
      for (const [a, b] of [
        ['x.jsonl', 'small2/x.jsonl'],
        ['x.csv', 'y.csv'],
      ] as const)
        expect(readFileSync(join(folder, b)).equals(readFileSync(join(folder, a)))).toBe(true)
    }))

  it('of the summary only: all else is whole, and what went wrong is told', () =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected'])
      const args = ['nothing.pcap', '-o', 'out', '--summary', 'small/s.json']
      const { first } = await runTwice(folder, { args, sizeKiB: 16, usedKiB: 16 })
      expectClearEnd(
        folder,
        first,
        75,
        /^error +Cannot read "nothing\.pcap"[^\n]+\nerror +Cannot write "small\/s\.json": no space left on device[^\n]+\n$/,
      )
      expect(readdirSync(join(folder, 'small1'))).toEqual([])
      expect(existsSync(join(folder, 'small2/s.json'))).toBe(true)
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
    }))

  it('of the report only: all else is whole', () =>
    withCapture(async (folder) => {
      await run(folder, ['capture.pcap', '-q', '-o', 'expected'])
      const args = ['-o', 'out', '--report', 'small/r.html']
      const { first, second } = await runTwice(folder, { args, sizeKiB: 64 })
      expectClearEnd(
        folder,
        first,
        75,
        /^(?:error +|pcap2conn: )Cannot write "small\/r\.html[^"]*": no space left/,
      )
      expect(readdirSync(join(folder, 'small1'))).toEqual([])
      expectClearEnd(folder, second, 0, /^$/)
      expect(readdirSync(join(folder, 'small2'))).toEqual(['r.html'])
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
    }))

  // [what needs it, capture, options, size]
  const temporary: [string, string, string[], number][] = [
    ['early segments', 'spilling.pcap', ['--memory', '1M'], 64],
    ['early segments in threads', 'spilling.pcap', ['--memory', '1M', '--workers', '2'], 64],
    ['the index', 'capture.pcap', ['--index', 'x.jsonl'], 16],
  ]
  it.each(temporary)('of temporary files for %s', (_what, capture, options, sizeKiB) =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, 'spilling.pcap'), spillingCapture())
      await run(folder, [capture, '-q', '-o', 'expected', ...options, '--force'])
      rmSync(join(folder, 'x.jsonl'), { force: true })
      const args = ['-o', 'out', ...options]
      const { first, second } = await runTwice(folder, { args, capture, sizeKiB, isTempSmall: true })
      expectClearEnd(
        folder,
        first,
        75,
        /^error +Cannot write (?:temporary file )?"[^"\n]+\/small\/pcap2conn-[^"\n]+": no space left on device[^\n]*\n(?:error +No index was written to "x\.jsonl": [^\n]+\n)?$/,
      )
      expect(readdirSync(join(folder, 'small1'))).toEqual([])
      expectClearEnd(folder, second, 0, /^$/)
      expectSameTree(join(folder, 'expected'), join(folder, 'out'))
      expect(treeHashes(join(folder, 'small2')).size).toBe(0)
    }),
  )
})

if (!canMount)
  it('cannot be tested without the right to mount: full disks are not tested here', () => {
    expect(canMount).toBe(false)
  })

import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type ProgramOptions,
  type ProgramResult,
  readTree,
  runProgram,
  startProgram,
} from '../support/program.js'
import { writeRotated } from '../support/rotated.mjs'

const folder = mkdtempSync(join(tmpdir(), 'job-troubles-'))
afterAll(() => rmSync(folder, { recursive: true }))

const captures = join(folder, 'captures')
const planned = join(folder, 'planned')
const expected = join(folder, 'expected')
/** A copy of the planned job, for each test. */
const job = join(folder, 'job')
const preload = (name: string) => ({
  env: {
    NODE_OPTIONS: `--import=${pathToFileURL(resolve('test/e2e/preload', name.split('?')[0]!))}${name.replace(/^[^?]*/, '')}`,
  },
})

async function run(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return runProgram(args, { timeoutMs: 60_000, ...options })
}

async function expectOk(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(args)
  expect([code, stderr]).toEqual([0, ''])
}

async function expectRefused(args: readonly string[], code: number, problem: string): Promise<void> {
  const result = await run(args)
  expect([result.code, result.stderr.trim().split('\n').at(-1)]).toEqual([
    code,
    expect.stringContaining(problem),
  ])
}

const files = (path: string) =>
  new Map([...readTree(path)].filter(([name]) => !/^(summary|finished)\.json$/.test(name)))
/** Published and private folders of tasks. */
const tasks = () => readdirSync(join(job, 'tasks')).sort()

async function expectFinished(): Promise<void> {
  await expectOk('work', job, '--all', '-q')
  await expectOk('finish', job, '-q')
  expect(files(job)).toEqual(files(expected))
}

beforeAll(async () => {
  writeRotated(captures, 3, 1, 120)
  await expectOk('plan', captures, '--shards', '2', '--as', 'files', '-o', planned, '-q')
  cpSync(planned, expected, { recursive: true })
  await expectOk('work', expected, '--all', '-q')
  await expectOk('finish', expected, '-q')
})

beforeEach(() => {
  rmSync(job, { recursive: true, force: true })
  cpSync(planned, job, { recursive: true })
})

describe('a worker', () => {
  it('that is killed has published nothing, and the task is done again', async () => {
    for (let n = 1, killed = true; killed; n++) {
      const { signal, code } = await run(['work', job, '--task', '0', '-q'], preload(`killed-at.mjs?n=${n}`))
      killed = signal === 'SIGKILL'
      if (!killed) expect([code, n > 3]).toEqual([0, true])
    }
    expect(tasks().filter((name) => !name.startsWith('.'))).toEqual(['0'])
    expect(tasks().length).toBeGreaterThan(1) // what the killed ones have left
    await expectFinished()
    expect(existsSync(join(job, 'tasks'))).toBe(false)
  })

  it('publishes nothing after a signal', async () => {
    const { child, result } = startProgram(['work', job, '--task', '1'], {
      ...preload('slow-reads.mjs?ms=400'),
      stdin: new Uint8Array(0),
    })
    child.stderr.once('data', () => void setTimeout(300).then(() => child.kill('SIGTERM')))
    const { code, stderr } = await result
    expect([code, stderr]).toEqual([143, expect.stringContaining('task 1: interrupted')])
    expect(tasks()).toEqual([])
    await expectFinished()
  })

  it('that does all tasks passes a signal on', async () => {
    const { child, result } = startProgram(['work', job, '--all', '--jobs', '2'], {
      ...preload('slow-reads.mjs?ms=400'),
      stdin: new Uint8Array(0),
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.includes('task 0: part')) void setTimeout(300).then(() => child.kill('SIGTERM'))
    })
    expect((await result).code).toBe(143)
    expect(tasks()).toEqual([])
    await expectFinished()
  })

  it('that is one of several on a task does no harm', async () => {
    const all = Array.from({ length: 3 }, () => run(['work', job, '--task', '0', '-q']))
    for (const { code, stderr } of await Promise.all(all)) expect([code, stderr]).toEqual([0, ''])
    expect(tasks()).toEqual(['0'])
    await expectFinished()
  })

  it('that has no room publishes nothing', async () => {
    const { code, stderr } = await run(['work', job, '--task', '0', '-q'], preload('full-disk.mjs'))
    expect([code, stderr]).toEqual([75, expect.stringContaining('no space left on device')])
    expect(tasks()).toEqual([])
    const all = await run(['work', job, '--all', '-q'], preload('full-disk.mjs'))
    expect(all.code).toBe(75)
    await expectFinished()
  })

  it('that finds other results than before keeps both, and the job is not finished', async () => {
    const { child, result } = startProgram(['work', job, '--task', '0'], {
      ...preload('slow-reads.mjs?ms=200'),
      stdin: new Uint8Array(0),
    })
    const other = join(folder, 'other')
    cpSync(planned, other, { recursive: true })
    while (!tasks().some((name) => name.startsWith('.'))) await setTimeout(5)
    child.kill('SIGSTOP') // it has begun
    await expectOk('work', other, '--task', '0', '-q')
    const record = join(other, 'tasks/0/task.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace(/"digest":"../, '"digest":"zz'))
    renameSync(join(other, 'tasks/0'), join(job, 'tasks/0'))
    child.kill('SIGCONT')
    const { code, stderr } = await result
    expect([code, stderr]).toEqual([70, expect.stringContaining('Task 0 has other results than before')])
    expect(tasks()).toEqual(['0', expect.stringMatching(/^0\.differs-[0-9a-f]{12}$/)])
    await expectOk('work', job, '--all', '-q')
    await expectRefused(['finish', job, '-q'], 70, 'two runs of a task have other results')
    expect((await run(['status', job])).stdout.toString()).toContain(
      'two runs of the task have other results',
    )
  })
})

describe('a capture that has changed', () => {
  const path = join(captures, 'eth0-001.pcap.gz')
  const kept = join(folder, 'kept.pcap.gz')
  let times: [Date, Date]
  beforeAll(() => {
    copyFileSync(path, kept)
    const { atime, mtime } = statSync(path)
    times = [atime, mtime]
  })
  const restore = () => {
    copyFileSync(kept, path)
    utimesSync(path, ...times)
  }

  it.each([
    ['has grown', () => appendFileSync(path, 'x'), 2, 'it had'],
    ['has another time', () => utimesSync(path, 1, 1), 2, 'it was written to'],
    [
      'has another content',
      () => {
        const bytes = readFileSync(path)
        bytes[bytes.length - 20]! ^= 1
        writeFileSync(path, bytes)
        utimesSync(path, ...times)
      },
      2,
      'its content is another',
    ],
    ['has gone', () => rmSync(path), 75, 'no such file'],
  ])('is refused: it %s', async (_how, change, code, problem) => {
    change()
    try {
      await expectRefused(['work', job, '--task', '1', '-q'], code, problem)
      expect(tasks()).toEqual([])
    } finally {
      restore()
    }
  })
})

describe('finish', () => {
  it('that is killed at any moment can be called again', async () => {
    await expectOk('work', job, '--all', '-q')
    const ready = join(folder, 'ready')
    cpSync(job, ready, { recursive: true })
    const whole = await run(['finish', job, '-q'], preload('killed-at.mjs?n=0'))
    const changes = Number(/^changes: (\d+)$/m.exec(whole.stderr)?.[1])
    expect([whole.code, changes > readTree(expected).size]).toEqual([0, true])
    // At all of the first and last ones, and at some while files are moved.
    for (let n = 1; n <= changes; n += n < 6 || n > changes - 6 ? 1 : Math.min(150, changes - 6 - n + 1)) {
      rmSync(job, { recursive: true })
      cpSync(ready, job, { recursive: true })
      const { signal } = await run(['finish', job, '-q'], preload(`killed-at.mjs?n=${n}`))
      expect(signal, `moment ${n}`).toBe('SIGKILL')
      await expectOk('finish', job, '-q')
      expect(files(job), `moment ${n}`).toEqual(files(expected))
    }
  }, 240_000)

  it('can be called by several, and again', async () => {
    await expectOk('work', job, '--all', '-q')
    const all = Array.from({ length: 3 }, () => run(['finish', job, '-q']))
    for (const { code, stderr } of await Promise.all(all)) expect([code, stderr]).toEqual([0, ''])
    await expectFinished()
  })

  it('names tasks that are not done', async () => {
    await expectRefused(['finish', job], 75, '2 of 2 tasks are not done: 0-1')
    await expectOk('work', job, '--task', '1', '-q')
    await expectRefused(['finish', job], 75, '1 of 2 tasks are not done: 0')
    await expectFinished()
  })

  it('that has no room can be called again', async () => {
    await expectOk('work', job, '--all', '-q')
    const { code, stderr } = await run(['finish', job, '-q'], preload('full-disk.mjs'))
    expect([code, stderr]).toEqual([75, expect.stringContaining('no space left on device')])
    await expectFinished()
  })

  it.each([
    ['rows', 'index.run', (bytes: Buffer) => bytes.subarray(0, -1), 'index.run": it is not as the task'],
    ['entries', 'packets.run', () => Buffer.alloc(9, 255), 'packets.run": it is not as the task'],
    ['a record', 'task.json', () => Buffer.from('{}'), 'task.json": it is not of a task'],
    ['a record without JSON', 'task.json', () => Buffer.from('{'), 'task.json": it is no JSON'],
  ])('names a task with damaged results: %s', async (_what, name, damaged, problem) => {
    await expectOk('work', job, '--all', '-q')
    const path = join(job, 'tasks/1', name)
    writeFileSync(path, damaged(readFileSync(path)))
    await expectRefused(['finish', job, '-q'], 75, problem)
    rmSync(join(job, 'tasks/1'), { recursive: true })
    await expectFinished()
  })

  it('names a task whose files are not there', async () => {
    await expectOk('work', job, '--all', '-q')
    const path = join(job, 'tasks/1/files')
    rmSync(join(path, readdirSync(path)[0]!))
    await expectRefused(['finish', job, '-q'], 75, 'its files must be the')
  })
})

describe('a damaged capture', () => {
  it('is named by work and finish, whose results are final', async () => {
    const damaged = join(folder, 'damaged')
    writeRotated(damaged, 2, 7, 10)
    const path = join(damaged, 'eth0-001.pcap.gz')
    writeFileSync(path, readFileSync(path).subarray(0, -200))
    rmSync(job, { recursive: true })
    await expectOk('plan', damaged, '-o', job, '-q')
    for (const args of [
      ['work', job, '--task', '0'],
      ['finish', job],
    ]) {
      const { code, stderr } = await run([...args, '-q'])
      expect([code, stderr]).toEqual([1, expect.stringContaining('eth0-001.pcap.gz')])
    }
    const { inputs } = JSON.parse(readFileSync(join(job, 'summary.json'), 'utf8'))
    expect(inputs.map(({ status }: { status: string }) => status)).toEqual(['ok', 'partial'])
  })
})

describe('the task', () => {
  it.each(['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX'])(
    'is had from %s',
    async (name) => {
      const { code } = await run(['work', job, '-q'], { env: { [name]: '1' } })
      expect([code, tasks()]).toEqual([0, ['1']])
      const { code: bad, stderr } = await run(['work', job, '-q'], { env: { [name]: '2' } })
      expect([bad, stderr]).toEqual([2, `pcap2conn: Cannot use ${name} 2: must be an integer from 0 to 1\n`])
    },
  )

  it.each<[readonly string[], string]>([
    [['work'], 'No job'],
    [['work', 'JOB'], 'No task: say which one'],
    [['work', 'JOB', '--task', '2'], 'Cannot use --task 2: must be an integer from 0 to 1'],
    [['work', 'JOB', '--task', 'x'], 'Cannot use --task x'],
    [['work', 'JOB', '--all', '--task', '1'], 'Cannot use --task with --all'],
    [['work', 'JOB', '--task', '1', '--jobs', '2'], 'Cannot use --jobs without --all'],
    [['work', 'JOB', 'other', '--all'], 'Cannot use two jobs'],
    [['work', 'none', '--all'], 'no such file'],
    [['finish', 'none'], 'no such file'],
    [['status', 'none'], 'no such file'],
    [['plan', 'a.pcap'], 'No job'],
    [['plan', '-o', 'new'], 'No input'],
    [['plan', 'a.pcap', '-o', 'new', '-s'], 'Cannot use -s/--separate-sides without --as files'],
    [['plan', 'a.pcap', '-o', 'new', '--as', 'zip'], 'Cannot use --as zip: must be archive or files'],
    [['plan', 'a.pcap', '-o', 'new', '--shards', '0'], 'Cannot use --shards 0'],
    [
      ['plan', 'a.pcap', '-o', 'new', '--seed', 'a', '--seed-file', 'b'],
      'Cannot use --seed with --seed-file',
    ],
    [['plan', 'a.pcap', '-o', 'new', '--capture', '*'], 'Cannot use --capture "*"'],
  ])('%j is refused', async (args, problem) => {
    const named = args.map((arg) => (arg === 'JOB' ? job : arg))
    const { code, stderr } = await run(named, { cwd: folder })
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)])
    expect(readdirSync(folder)).not.toContain('new')
  })

  it('is refused with another seed than the job was planned with', async () => {
    writeFileSync(join(job, 'seed'), 'another')
    await expectRefused(['work', job, '--task', '0', '-q'], 2, 'it is not the seed')
    expect(tasks()).toEqual([])
  })

  it('of a finished job is done', async () => {
    await expectFinished()
    await expectOk('work', job, '--task', '0', '-q')
    await expectOk('work', job, '--all', '-q')
    expect(files(job)).toEqual(files(expected))
  })
})

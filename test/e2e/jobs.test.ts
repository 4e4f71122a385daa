import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTree, runProgram } from '../support/program.js'
import { writeRotated } from '../support/rotated.mjs'

const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const captures = join(folder, 'captures')
beforeAll(() => {
  writeRotated(join(captures, 'north'), 64, 1)
  writeRotated(join(captures, 'south', 'mon'), 8, 2)
  writeRotated(join(captures, 'south', 'tue'), 8, 3)
})

/** Files of a job that one run does not make. */
const OWN = ['finished.json', 'pcap2conn-job.json', 'seed']

async function run(...args: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await runProgram(args, { timeoutMs: 120_000 })
  expect([code, stderr]).toEqual([0, ''])
  return stdout.toString()
}

/** Plans a job, does all tasks, and finishes it. */
async function done(name: string, ...args: readonly string[]): Promise<string> {
  const job = join(folder, name)
  await run('plan', ...args, '-o', job, '-q')
  await run('work', job, '--all', '--jobs', '2', '-q')
  await run('finish', job, '-q')
  return job
}

/** A folder's files, without the job's own, and summaries without what is not the same in each run. */
function contentOf(path: string): Map<string, string> {
  const found = [...readTree(path)].filter(([name]) => !OWN.includes(name))
  return new Map(
    found.map(([name, bytes]) => {
      const text = bytes.toString('latin1')
      if (!name.endsWith('summary.json')) return [name, text]
      return [name, text.replace(/"(?:seconds|workers)": [^,]*,/g, '')]
    }),
  )
}

function expectSame(job: string, local: string): void {
  const [found, expected] = [contentOf(job), contentOf(local)]
  expect([...found.keys()]).toEqual([...expected.keys()])
  for (const [name, text] of expected)
    if (found.get(name) !== text) expect([name, found.get(name)]).toEqual([name, text])
}

describe('a job', () => {
  it('of a capture in 64 rotated files makes in 3 parts what one run makes, and is an archive', async () => {
    const job = await done('one', join(captures, 'north'), '--shards', '3', '--as', 'files', '-sm', '--hash')
    const local = join(folder, 'one-local')
    const args = ['-sm', '--hash', '--utc', '-q', '-o', local, '--map', local]
    await run(join(captures, 'north'), ...args)
    expectSame(job, local)
    expect(readTree(job).size).toBeGreaterThan(1000)
    expect(JSON.parse(await run('status', job, '--json'))).toEqual({
      tasks: 3,
      done: 3,
      missing: '',
      begun: 0,
      differing: [],
      finished: true,
    })
    const { connections } = JSON.parse(readFileSync(join(job, 'summary.json'), 'utf8'))
    expect(connections.total).toBe(400)

    const got = join(folder, 'one-got')
    await run('get', job, '--where', 'orig_bytes > 500', '-o', got, '-q', '--as', 'sides')
    const files = readTree(job)
    for (const [name, bytes] of readTree(got)) expect(bytes.equals(files.get(name)!), name).toBe(true)
    expect(readTree(got).size).toBeGreaterThan(50)
    await run('report', join(folder, 'r.html'), '--from', join(job, 'connections.parquet'), '-q')
  })

  it('of several captures makes of each what one run makes', async () => {
    const pattern = join(captures, '{sensor}/**/*.pcap.gz')
    const job = await done('several', pattern, '--capture', 'sensor', '--shards', '2')
    for (const sensor of ['north', 'south']) {
      const local = join(folder, `several-${sensor}`)
      await run('index', join(captures, sensor), '-o', local, '-q')
      expectSame(join(job, sensor), local)
    }
    expect(readdirSync(job).sort()).toEqual([...OWN, 'north', 'south', 'summary.json'].sort())
    const { connections, inputs } = JSON.parse(readFileSync(join(job, 'summary.json'), 'utf8'))
    expect([connections.total, inputs.length]).toEqual([1200, 80])
  })

  it('in pieces makes of each what one run makes, and says how many connections were cut', async () => {
    const job = join(folder, 'pieces')
    await run('plan', join(captures, 'north/eth0-0{ten}?.pcap.gz'), '--pieces', 'ten', '-o', job, '-q')
    await run('work', job, '--all', '-q')
    const { code, stderr } = await runProgram(['finish', job])
    expect(code).toBe(0)
    let cut = 0
    for (const piece of ['0', '1', '2', '3', '4', '5', '6']) {
      const local = join(folder, `piece-${piece}`)
      const index = join(folder, `piece-${piece}.jsonl`)
      const input = join(captures, `north/eth0-0${piece}?.pcap.gz`)
      await run(input, '--no-write', '-o', join(folder, 'unused'), '--map', local, '--index', index, '-q')
      expectSame(join(job, piece), local)
      const open = readFileSync(index, 'utf8').match(/"close_reason":"end"/g)?.length ?? 0
      if (piece !== '6') cut += open
    }
    expect(cut).toBeGreaterThan(20)
    expect(stderr).toContain(`cut          ${cut} connections end where a piece does\n`)
    expect(stderr).toContain('results      7 folders')
  })

  it('says before it is made what it would be', async () => {
    const job = join(folder, 'dry')
    const { code, stdout, stderr } = await runProgram(
      ['plan', join(captures, 'south'), '--shards', '4', '--dry-run', '-o', job],
      {},
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.toString()).toMatch(
      /^inputs {7}16 files, [\d.]+ MiB, 1 capture of 4 parts each\ntasks {8}4: 0 to 3; .*\nestimate {5}/,
    )
    expect(readdirSync(folder)).not.toContain('dry')
  })

  it('is no input of a run', async () => {
    const parent = join(folder, 'mixed')
    mkdirSync(parent)
    await run('plan', join(captures, 'south'), '-o', join(parent, 'job'), '-q')
    writeRotated(join(parent, 'job', 'more'), 1, 9, 5)
    writeRotated(parent, 1, 9, 5)
    const summary = JSON.parse(await run(parent, '--no-write', '-q', '--summary', '-'))
    expect(summary.inputs).toHaveLength(1)
    expect(summary.skipped.own_results).toBe(1)
  })
})

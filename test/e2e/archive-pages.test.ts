import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'archive-pages-'))
afterAll(() => rmSync(folder, { recursive: true }))

const archive = join(folder, 'archive')

async function run(...args: string[]): Promise<string> {
  const { code, stderr } = await runProgram(args)
  expect([code, stderr]).toEqual([0, ''])
  return stderr
}

/** What a page shows. */
function dataOf(page: string): Record<string, unknown> {
  const [, json] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(
    readFileSync(page, 'utf8'),
  )!
  return JSON.parse(json!)
}

beforeAll(async () => {
  await run('index', ...FIXTURE_CAPTURES, '-o', archive, '-q')
})

describe('report', () => {
  it('is the same of an archive as of JSON lines', async () => {
    const [index, summary] = [join(folder, 'i.jsonl'), join(folder, 's.json')]
    await run(...FIXTURE_CAPTURES, '--no-write', '-q', '--index', index, '--summary', summary)
    const named = join(folder, 'named.html')
    await run('report', named, '--from', index, '--summary', summary, '-q')
    await run('report', archive, '-q')
    const parquet = join(folder, 'parquet.html')
    await run('report', parquet, '--from', join(archive, 'connections.parquet'), '--summary', summary, '-q')
    const expected = dataOf(named)
    const facts = { filesAddress: null, source: 'archive' }
    const own = expect.objectContaining({ seconds: expect.any(Number) })
    expect(dataOf(join(archive, 'report.html'))).toEqual({ ...expected, ...facts, health: own })
    expect(dataOf(parquet)).toEqual({
      ...expected,
      filesAddress: './archive/',
      source: 'connections.parquet',
    })
    const again = await runProgram(['report', archive])
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('report.html": file exists')])
  })

  it('links to files that stand beside the map, and not to others', async () => {
    const out = join(folder, 'out')
    const other = join(folder, 'other')
    await run(...FIXTURE_CAPTURES, '-q', '-o', out, '--map', out)
    await run(...FIXTURE_CAPTURES, '-q', '-o', join(folder, 'files'), '--map', other)
    await run('report', out, '-q')
    await run('report', other, '-q')
    expect(dataOf(join(out, 'report.html')).filesAddress).toBe('./')
    expect(dataOf(join(other, 'report.html')).filesAddress).toBe(null)
    await run('report', other, '-q', '--force', '-o', join(folder, 'files'))
    expect(dataOf(join(other, 'report.html')).filesAddress).toBe('../files/')
  })

  it.each([
    [[archive, '--from', 'i.jsonl'], 2, 'a folder has its own index'],
    [['fixtures'], 1, 'No index in "fixtures"'],
  ])('refuses %j', async (args, expected, problem) => {
    const { code, stderr } = await runProgram(['report', ...args])
    expect([code, stderr]).toEqual([expected, expect.stringContaining(problem)])
  })
})

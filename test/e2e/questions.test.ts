import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { duckdb } from '../support/duckdb.js'
import { runProgram } from '../support/program.js'

/** The SQL of each question in docs/questions.md, by the question. */
const questions = new Map(
  [
    ...readFileSync('docs/questions.md', 'utf8').matchAll(/^\*\*(.+?)\*\*[^`]*```sh\nduckdb -c "(.+)"$/gm),
  ].map(([, question, sql]) => [question!, sql!.replaceAll('\\"', '"')]),
)

const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-questions-'))
const sqlFor = (question: string, file: string) =>
  questions.get(question)!.replace("'connections.parquet'", `'${join(folder, file)}'`)

interface IndexLine extends Record<string, unknown> {
  readonly uid: string
  readonly duration: number
  readonly missed_bytes: number
  readonly orig_retrans_bytes: number
  readonly resp_retrans_bytes: number
  readonly orig_bytes: number
  readonly resp_bytes: number
  readonly resp_file: string | null
}

let lines: IndexLine[] = []

beforeAll(async () => {
  const endings = ['jsonl', 'csv', 'parquet', 'log']
  const indexes = endings.flatMap((ending) => ['--index', join(folder, `connections.${ending}`)])
  const args = [resolve('fixtures'), '-s', '-o', join(folder, 'out'), '-q', ...indexes]
  await runProgram(args)
  lines = readFileSync(join(folder, 'connections.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** The greatest of the sums of `value` over the records with the same `key`. */
function greatestSum(key: (line: IndexLine) => unknown, value: (line: IndexLine) => number): number {
  const sums = new Map<unknown, number>()
  for (const line of lines) sums.set(key(line), (sums.get(key(line)) ?? 0) + value(line))
  return Math.max(...sums.values())
}

/** Rows as text, integers of 32 and of 64 bits alike. */
const shown = (rows: unknown) => JSON.stringify(rows, null, 1).replace(/"(\d+)"/g, '$1')

const retransmitted = (line: IndexLine) => line.orig_retrans_bytes + line.resp_retrans_bytes
const greatest = (value: (line: IndexLine) => number) => Math.max(...lines.map(value))

// [question, column of the answer, its value in the first row]
const answers: [string, string, () => number][] = [
  [
    'Who talked most?',
    'bytes',
    () =>
      greatestSum(
        (line) => line['id.orig_h'],
        (line) => line.orig_bytes + line.resp_bytes,
      ),
  ],
  ['Which connections lasted longest?', 'duration', () => greatest((line) => line.duration)],
  ['Where was most sent again?', 'again', () => greatest(retransmitted)],
  ['Which files have gaps?', 'missed_bytes', () => greatest((line) => line.missed_bytes)],
  [
    'What runs on which port?',
    'connections',
    () =>
      greatestSum(
        (line) => `${line.proto} ${line['id.resp_p']}`,
        () => 1,
      ),
  ],
]

describe('docs/questions.md', () => {
  it.each(answers)('%s', async (question, column, value) => {
    const [first] = await duckdb(sqlFor(question, 'connections.parquet'))
    expect(value()).toBeGreaterThan(0)
    expect(Number(first![column])).toBe(value())
    const rows = shown(await duckdb(sqlFor(question, 'connections.parquet')))
    expect(shown(await duckdb(sqlFor(question, 'connections.jsonl')))).toBe(rows)
    expect(shown(await duckdb(sqlFor(question, 'connections.csv')))).toBe(rows)
  })

  it('asks no question that is not tested', () => {
    expect([...questions.keys()]).toEqual(answers.map(([question]) => question))
  })
})

describe('several indexes in one run', () => {
  it('tell the same', async () => {
    const select = 'uid, duration, "id.orig_h", "id.resp_p", history, resp_file, missed_bytes, community_id'
    const rowsOf = (ending: string) =>
      duckdb(`SELECT ${select} FROM '${join(folder, `connections.${ending}`)}'`)
    const rows = await rowsOf('parquet')
    expect(rows.map(({ uid }) => uid)).toEqual(lines.map(({ uid }) => uid))
    expect(shown(await rowsOf('csv'))).toBe(shown(rows))
    expect(shown(await rowsOf('jsonl'))).toBe(shown(rows))
    const log = readFileSync(join(folder, 'connections.log'), 'utf8')
    expect(log.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toHaveLength(lines.length)
  })
})

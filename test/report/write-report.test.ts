import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError, OutputError } from '../../src/errors.js'
import type { ReportData } from '../../src/report/report-data.js'
import { readSummary, relativeAddress, writeReport } from '../../src/report/write-report.js'
import { summaryJson } from '../../src/summary.js'
import { withFolder } from '../support/program.js'
import { indexText } from './records.js'
import { inputSummary, runSummary } from './summaries.js'

const options = (folder: string) => ({
  path: join(folder, 'r', 'out.html'),
  indexPath: join(folder, 'i.jsonl'),
  outputDir: folder,
  summary: null,
  title: 'T',
  source: 'S',
})

it('writes a page about the connections of an index', () =>
  withFolder(async (folder) => {
    writeFileSync(
      join(folder, 'i.jsonl'),
      indexText([{}, { proto: 'udp', orig_file: null, resp_file: 'b.txt' }]),
    )
    const written = await writeReport(options(folder))
    const page = readFileSync(join(folder, 'r', 'out.html'), 'utf8')
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(page)![1]!) as ReportData
    expect(written).toEqual({ connections: 2, bytes: Buffer.byteLength(page) })
    expect(data.totals.bytes).toBe(600)
    expect(data.filesAddress).toBe('../')
    expect(data.rows.map(({ origFile, respFile }) => [origFile, respFile])).toEqual([
      ['a.txt', undefined],
      [null, 'b.txt'],
    ])
    expect(readdirSync(join(folder, 'r'))).toEqual(['out.html'])
  }))

it('leaves nothing behind where the index is damaged, and names the place', () =>
  withFolder(async (folder) => {
    const good = indexText([{}])
    writeFileSync(join(folder, 'i.jsonl'), `${good}{"ts":1`)
    const written = writeReport(options(folder))
    await expect(written).rejects.toThrow(InputError)
    await expect(written).rejects.toThrow(`at byte ${good.length}: line must be a JSON object`)
    expect(readdirSync(folder)).toEqual(['i.jsonl'])
  }))

it('names a page that cannot be written', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'i.jsonl'), '')
    writeFileSync(join(folder, 'r'), 'no folder')
    await expect(writeReport(options(folder))).rejects.toThrow(OutputError)
  }))

it.each([
  ['/a', '/a', './'],
  ['/a', '/a/b c', './b%20c/'],
  ['/a/b', '/c', '../../c/'],
  ['/a', '/a/javascript:x', './javascript%3Ax/'],
])('the way from %s to %s is %s', (from, to, address) => {
  expect(relativeAddress(from, to)).toBe(address)
})

it('reads what --summary wrote, and takes into the page what it shows of it', () =>
  withFolder(async (folder) => {
    const path = join(folder, 's.json')
    const inputs = [inputSummary(), inputSummary({ path: 'bad.pcap', status: 'failed' })]
    writeFileSync(path, summaryJson(runSummary({ inputs })))
    writeFileSync(join(folder, 'i.jsonl'), '')
    await writeReport({ ...options(folder), summary: readSummary(path) })
    const page = readFileSync(join(folder, 'r', 'out.html'), 'utf8')
    const { health } = JSON.parse(/id="data">(.*?)<\/script>/s.exec(page)![1]!) as ReportData
    expect(health?.inputs).toBe(2)
    expect(health?.badInputs.shown.map((input) => input.path)).toEqual(['bad.pcap'])
  }))

function withField(name: string, value: unknown): string {
  return JSON.stringify({ ...runSummary(), [name]: value })
}

it.each([
  ['is no JSON', '{'],
  ['is something else', '{"version":"1"}'],
  ['is a list', '[]'],
  ['has an input that is none', withField('inputs', [null])],
  ['has an input without problems', withField('inputs', [{ ...inputSummary(), problems: null }])],
  ['has a problem that is none', withField('inputs', [{ ...inputSummary(), problems: [{}] }])],
  ['has an input of another status', withField('inputs', [{ ...inputSummary(), status: {} }])],
  ['has no packets', withField('packets', {})],
  ['has a list of packets', withField('packets', [])],
  ['has no bytes', withField('bytes', {})],
  ['counts with a text', withField('damage', { holes: '1', lost_bytes: 0 })],
  [
    'counts without end',
    withField('limits', { connections: 0 }).replace('"connections":0}', '"connections":1e999}'),
  ],
  ['has an error that is no text', withField('errors', [{}])],
  ['has no version', withField('version', undefined)],
  ['took no number of seconds', withField('seconds', null)],
])('refuses a summary that %s', (_name, content) =>
  withFolder(async (folder) => {
    const path = join(folder, 's.json')
    writeFileSync(path, content)
    expect(() => readSummary(path)).toThrow(
      new InputError(`Cannot read "${path}": must be a summary written by --summary`, path),
    )
    mkdirSync(join(folder, 'd'))
    expect(() => readSummary(join(folder, 'd'))).toThrow(InputError)
  }),
)

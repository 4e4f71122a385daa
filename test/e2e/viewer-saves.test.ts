import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ConnectionDetails, PacketPart, TablePart } from '../../src/view/view-data.js'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { type RunningProgram, readTree, runProgram, startProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'viewer-saves-'))
const archive = join(folder, 'archive')
let viewer: RunningProgram
let address = ''
let rows: TablePart['rows'] = []
let uids: string[] = []

beforeAll(async () => {
  expect((await runProgram(['index', ...FIXTURE_CAPTURES, '-o', archive, '-q'])).code).toBe(0)
  viewer = startProgram(['view', archive, '--no-open'], { timeoutMs: 300_000 })
  const [line] = (await once(viewer.child.stdout, 'data')) as [Buffer]
  address = line.toString().trim()
  rows = ((await (await asked('api/connections?count=500')).json()) as TablePart).rows
  uids = []
  for (const { row } of rows) uids.push((await recordOf(row)).uid)
})
afterAll(async () => {
  viewer.child.kill('SIGINT')
  await viewer.result
  rmSync(folder, { recursive: true })
})

const asked = (path: string) => fetch(address + path)
async function recordOf(row: number): Promise<{ uid: string; name: string }> {
  const { record } = (await (await asked(`api/connection?row=${row}`)).json()) as ConnectionDetails
  return record as { uid: string; name: string }
}
async function saved(path: string): Promise<Buffer | null> {
  const answer = await asked(path)
  return answer.status === 404 ? null : Buffer.from(await answer.arrayBuffer())
}

it.each([
  ['payload', 'files', '.txt'],
  ['json', 'json', '.json'],
  ['pcap', 'pcap', '.pcapng'],
])('the viewer saves %s as get --as %s writes it', async (form, as, ending) => {
  const out = join(folder, as)
  expect((await runProgram(['get', archive, ...uids, '--as', as, '-o', out, '-q'])).code).toBe(0)
  const tree = readTree(out)
  expect(tree.size).toBeGreaterThan(30)
  let files = 0
  for (const { row } of rows) {
    const record = await recordOf(row)
    const written = tree.get(record.name + ending) ?? null
    expect(await saved(`api/export?rows=${row}&form=${form}`)).toEqual(written)
    if (form === 'payload') expect(await saved(`api/payload?row=${row}`)).toEqual(written)
    if (written !== null) files += 1
  }
  expect(files).toBe(tree.size)
})

it('the viewer saves the packets of several connections as get -o - writes them', async () => {
  const some = rows.map(({ row }) => row).filter((row) => row % 3 === 0)
  const { stdout } = await runProgram([
    'get',
    archive,
    ...some.map((row) => uids[row]!),
    '--as',
    'pcap',
    '-o',
    '-',
    '-q',
  ])
  expect(await saved(`api/export?rows=${some}&form=pcap`)).toEqual(stdout)
})

it('the viewer shows the packets that explain does', async () => {
  for (const { row } of rows.filter((one) => one.row % 4 === 0)) {
    const { stdout } = await runProgram(['explain', archive, uids[row]!])
    const [, ...lines] = stdout.toString().trimEnd().split('\n')
    const { packets } = (await (await asked(`api/packets?row=${row}`)).json()) as PacketPart
    expect(
      packets.map(({ time, side, became, capture, number, position }) =>
        [time, side, became || '-', capture, number, position].join('\t'),
      ),
    ).toEqual(
      lines
        .map((line) => line.split('\t'))
        .map((cells) => [...cells.slice(0, 2), ...cells.slice(7)].join('\t')),
    )
  }
})

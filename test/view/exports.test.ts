import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { get as httpGet } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { convert } from '../../src/index.js'
import { ZipFile } from '../../src/unzip/zip-file.js'
import type { ExportCheck, ExportForm, PacketPart, TablePart } from '../../src/view/view-data.js'
import { Viewer } from '../../src/view/viewer.js'
import { indexText } from '../report/records.js'
import { copyFixtureCaptures } from '../support/fixture-captures.js'
import { readTree } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'view-exports-'))
const captures = join(folder, 'captures')
const archive = join(folder, 'archive')
const lines = join(folder, 'lines')
const plain = join(folder, 'plain')
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  const inputFile = copyFixtureCaptures(captures)
  await convert({ inputFile, noWrite: true, map: archive })
  await convert({ inputFile, json: true, outputDir: lines, index: join(lines, 'i.jsonl') })
  await convert({ inputFile, outputDir: plain, index: join(plain, 'i.jsonl') })
})

interface Page {
  readonly address: string
  readonly get: (path: string) => Promise<Response>
  readonly json: <T>(path: string) => Promise<T>
}

async function withViewer(outputDir: string, use: (page: Page) => Promise<void>): Promise<void> {
  const viewer = await Viewer.open({ outputDir, indexPath: null, port: 0 })
  const get = (path: string) => fetch(viewer.address + path)
  try {
    await use({ address: viewer.address, get, json: async (path) => (await get(path)).json() as never })
  } finally {
    await viewer.close()
  }
}

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const nameOf = ({ headers }: Response) =>
  /^attachment; filename="(.*)"$/.exec(headers.get('content-disposition') ?? '')?.[1]

/** Content of the entries of a ZIP archive, by name. */
async function entriesOf(bytes: Buffer): Promise<Map<string, Buffer>> {
  const path = join(folder, 'saved.zip')
  writeFileSync(path, bytes)
  const zip = await ZipFile.open(path)
  const entries = new Map<string, Buffer>()
  try {
    for await (const record of zip.entries()) {
      const parts: Buffer[] = []
      for await (const part of (await zip.content(record)).parts()) parts.push(Buffer.from(part))
      entries.set(record.name.toString(), Buffer.concat(parts))
    }
  } finally {
    await zip.close()
  }
  return entries
}

/** The files of a folder that belong to connections. */
const filesOf = (out: string) =>
  new Map([...readTree(out)].filter(([name]) => name !== 'i.jsonl' && name !== '.pcap2conn.json'))
const sorted = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

async function rowsOf({ json }: Page, query = ''): Promise<number[]> {
  const { rows } = await json<TablePart>(`api/connections?count=500${query}`)
  return rows.map(({ row }) => row)
}

describe('saving connections', () => {
  it.each<[string, ExportForm, string, string]>([
    ['payload of an archive', 'payload', archive, plain],
    ['lines of an archive', 'json', archive, lines],
    ['payload of a run', 'payload', plain, plain],
    ['payload of a run with lines', 'payload', lines, lines],
    ['lines of a run with lines', 'json', lines, lines],
  ])('gives %s as a run writes them', (_what, form, from, as) =>
    withViewer(from, async (page) => {
      const rows = await rowsOf(page)
      const all = await page.get(`api/export?rows=${rows}&form=${form}`)
      expect(nameOf(all)).toBe('connections.zip')
      const expected = filesOf(as)
      expect(expected.size).toBeGreaterThan(30)
      expect(sorted(await entriesOf(await bytesOf(all)))).toEqual(sorted(expected))
      for (const row of rows.filter((one) => one % 5 === 0)) {
        const { ready } = await page.json<ExportCheck>(`api/export?rows=${row}&form=${form}&check=1`)
        const one = await page.get(`api/export?rows=${row}&form=${form}`)
        if (ready === 0) expect(one.status).toBe(404)
        else expect(await bytesOf(one)).toEqual(expected.get(nameOf(one)!))
      }
    }),
  )

  it('gives both files of a connection whose sides are apart', async () => {
    const apart = join(folder, 'apart')
    await convert({
      inputFile: join(captures, 'lost-segment.pcap'),
      separateSides: true,
      outputDir: apart,
      index: join(apart, 'i.jsonl'),
    })
    await withViewer(apart, async ({ get }) => {
      const zip = await get('api/export?rows=0&form=payload')
      expect(sorted(await entriesOf(await bytesOf(zip)))).toEqual(sorted(filesOf(apart)))
    })
  })

  it.each([
    [plain, 'json', 'The run wrote no JSON lines, and nothing says where packets are'],
    [plain, 'pcap', 'Nothing says where packets are'],
  ])('says what cannot be had of %s as %s', (from, form, problem) =>
    withViewer(from, async (page) => {
      const [row] = await rowsOf(page, '&host=192.0.2.23')
      const check = await page.json<ExportCheck>(`api/export?rows=${row}&form=${form}&check=1`)
      expect(check).toEqual({ ready: 0, problem })
      expect((await page.get(`api/export?rows=${row}&form=${form}`)).status).toBe(404)
    }),
  )

  it('leaves out what cannot be had, and says so', async () => {
    const changed = join(captures, 'lost-segment.pcap')
    const saved = join(folder, 'lost-segment.pcap')
    copyFileSync(changed, saved)
    try {
      await withViewer(archive, async (page) => {
        const [lost] = await rowsOf(page, '&host=192.0.2.23')
        const [other] = await rowsOf(page, '&host=192.0.2.14')
        appendFileSync(changed, 'more')
        const problem = `Cannot use "${changed}": it has changed since it was indexed`
        for (const form of ['payload', 'json', 'pcap']) {
          const check = (rows: unknown) =>
            page.json<ExportCheck>(`api/export?rows=${rows}&form=${form}&check=1`)
          expect(await check(lost)).toEqual({ ready: 0, problem })
          expect(await check([lost, other])).toEqual({ ready: 1, problem: `${problem}: 1 of 2 left out` })
          const refused = await page.get(`api/export?rows=${lost}&form=${form}`)
          expect([refused.status, await refused.json()]).toEqual([422, { problem }])
        }
        const zip = await entriesOf(
          await bytesOf(await page.get(`api/export?rows=${lost},${other}&form=json`)),
        )
        expect(zip.size).toBe(2)
        expect(zip.get('problems.txt')?.toString()).toBe(`${problem}\n`)
        expect((await page.get(`api/packets?row=${lost}`)).status).toBe(422)
      })
    } finally {
      copyFileSync(saved, changed)
    }
  })

  it('gives names that lead nowhere else, and each once', async () => {
    const out = join(folder, 'names')
    mkdirSync(join(out, 'a:b'), { recursive: true })
    writeFileSync(join(out, 'a:b', 'c"\n.txt'), 'one')
    writeFileSync(join(out, 'secret'), 'secret')
    const path = 'a:b/../a:b/c"\n.txt'
    writeFileSync(
      join(out, 'i.jsonl'),
      indexText([
        { uid: 'C1', orig_file: path, resp_file: path },
        { uid: 'C2', orig_file: path, resp_file: path },
        { uid: 'C3', orig_file: '../plain/i.jsonl', resp_file: '../plain/i.jsonl' },
      ]),
    )
    await withViewer(out, async ({ get }) => {
      const zip = await entriesOf(await bytesOf(await get('api/export?rows=0,1,2&form=payload')))
      expect([...zip.keys()]).toEqual(['a_b/a_b/c__.txt', 'a_b/a_b/c__~2.txt', 'problems.txt'])
      expect(zip.get('problems.txt')?.toString()).toContain('../plain/i.jsonl')
      expect(nameOf(await get('api/export?rows=0&form=payload'))).toBe('c__.txt')
    })
  })

  it.each([
    ['no rows', 'api/export?form=payload'],
    ['rows that are none', 'api/export?rows=1,-2&form=payload'],
    ['a row too large', 'api/export?rows=1234567890123456&form=payload'],
    ['too many rows', `api/export?rows=${Array(1001).fill(1)}&form=payload`],
    ['no form', 'api/export?rows=1'],
    ['a form that there is not', 'api/export?rows=1&form=__proto__'],
    ['packets of no row', 'api/packets'],
    ['packets of a side that there is not', 'api/packets?row=0&side=2'],
    ['packets from no number', 'api/packets?row=0&side=0&from=x&to=3'],
    ['packets to less than nothing', 'api/packets?row=0&side=0&from=0&to=-3'],
    ['packets behind no number', 'api/packets?row=0&skip=1e3'],
  ])('refuses %s', (_what, path) =>
    withViewer(archive, async ({ get }) => expect((await get(path)).status).toBe(400)),
  )

  it.each(['api/export?rows=99999&form=payload', 'api/export?rows=99999&form=pcap', 'api/packets?row=99999'])(
    'finds nothing at %s',
    (path) => withViewer(archive, async ({ get }) => expect((await get(path)).status).toBe(404)),
  )

  it('has no packets of a folder without a map', () =>
    withViewer(plain, async (page) => {
      expect((await page.get('api/packets?row=0')).status).toBe(404)
      expect((await page.json<TablePart>('api/connections')).hasMap).toBe(false)
    }))

  it('gives to others while some go before they have all', () =>
    withViewer(archive, async (page) => {
      const rows = await rowsOf(page)
      const paths = ['payload', 'json', 'pcap'].map((form) => `api/export?rows=${rows}&form=${form}`)
      const gone = [...paths, 'api/packets?row=0'].flatMap((path) =>
        [0, 1, 20].map(
          (ms) =>
            new Promise<void>((resolve) => {
              const request = httpGet(page.address + path, (response) => response.destroy())
              request.on('error', () => {})
              request.on('close', resolve)
              setTimeout(() => request.destroy(), ms)
            }),
        ),
      )
      await Promise.all(gone)
      const zip = await entriesOf(await bytesOf(await page.get(paths[0]!)))
      expect(sorted(zip)).toEqual(sorted(filesOf(plain)))
    }))
})

describe('packets of a piece', () => {
  const became = ({ packets }: PacketPart) => packets.map(({ number, became: text }) => [number, text])

  it('are those that brought its bytes, gave them up, or came between and are outside', () =>
    withViewer(archive, async (page) => {
      const [row] = await rowsOf(page, '&host=192.0.2.23')
      const part = (query: string) => page.json<PacketPart>(`api/packets?row=${row}${query}`)
      expect(became(await part('&side=1&from=80&to=81'))).toEqual([
        [expect.any(Number), 'gap 71-94, delivered 94-127'],
      ])
      const all = await part('')
      expect(all).toMatchObject({ isMore: false, problem: null })
      expect(all.packets.length).toBeGreaterThan(5)
      expect(all.packets[0]).toMatchObject({
        side: 0,
        flags: 'S',
        capture: join(captures, 'lost-segment.pcap'),
        number: 1,
        position: 24,
      })
      expect((await part('&skip=3')).packets).toEqual(all.packets.slice(3))
      expect((await part('&side=0&from=999999&to=1000000')).packets).toEqual([])
    }))

  it('say what was repeated and what was in conflict', async () => {
    const one = join(folder, 'one')
    await convert({ inputFile: join(captures, 'overlap-conflict.pcap'), noWrite: true, map: one })
    await withViewer(one, async ({ json }) => {
      const texts = became(await json<PacketPart>('api/packets?row=0&side=0&from=78&to=90'))
      expect(texts.map(([, text]) => text)).toEqual([
        'held 78-90',
        'repeated 78-83, conflicting 83-89, repeated 89-90',
        'delivered 67-90',
      ])
    })
  })

  it('come in parts', async () => {
    const start = readFileSync('fixtures/fragments.pcap')
    const first = start.subarray(24, 24 + 16 + start.readUInt32LE(24 + 8))
    const path = join(folder, 'many.pcap')
    writeFileSync(path, Buffer.concat([start.subarray(0, 24), ...Array(1200).fill(first)]))
    const many = join(folder, 'many')
    await convert({ inputFile: path, noWrite: true, map: many })
    await withViewer(many, async ({ json }) => {
      const numbers: (number | null)[] = []
      for (const isMore of [true, true, false]) {
        const part = await json<PacketPart>(`api/packets?row=0&skip=${numbers.length}`)
        expect(part.isMore).toBe(isMore)
        numbers.push(...part.packets.map(({ number }) => number))
      }
      expect(numbers).toEqual(Array.from({ length: 1200 }, (_, i) => i + 1))
    })
  })
})

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError } from '../../src/errors.js'
import type { ConnectionDetails, ConversationPart, TablePart } from '../../src/view/view-data.js'
import { Viewer } from '../../src/view/viewer.js'
import { indexText } from '../report/records.js'
import { withFolder } from '../support/program.js'

type Get = (path: string) => Promise<Response>

const chunk = (side: number, time: string, data: string) =>
  `${JSON.stringify({ side: `${side}`, time: { abs: time, conn: '0' }, size: '0', data: '', data_hex: Buffer.from(data).toString('hex').toUpperCase() })}\r\n`
const header = (side: number, data: string) =>
  `\r\n{"_":"--------------------","side":"${side}","size":"${data.length}"}\r\n${data}`

/** Files of an output folder, and the records of its index. */
interface Given {
  readonly files?: Readonly<Record<string, string>>
  readonly records: readonly Readonly<Record<string, unknown>>[]
}

async function withViewer(
  given: Given,
  use: (get: Get, viewer: Viewer, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const out = join(folder, 'out')
    mkdirSync(out)
    writeFileSync(join(folder, 'secret'), 'secret')
    for (const [name, content] of Object.entries(given.files ?? {})) writeFileSync(join(out, name), content)
    writeFileSync(join(out, 'index.jsonl'), indexText(given.records))
    const viewer = await Viewer.open({ outputDir: out, indexPath: null, port: 0 })
    try {
      await use((path) => fetch(viewer.address + path), viewer, out)
    } finally {
      await viewer.close()
    }
  })
}

async function table(get: Get, query: string): Promise<TablePart> {
  return (await get(`api/connections?${query}`)).json() as Promise<TablePart>
}

/** The table when everything that the query looks for was looked for. */
async function searched(get: Get, query: string): Promise<TablePart> {
  for (;;) {
    const part = await table(get, query)
    if (part.search !== null && part.search.searched === part.search.of) return part
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function said(get: Get, query: string): Promise<string[]> {
  const { pieces } = (await (await get(`api/conversation?${query}`)).json()) as ConversationPart
  return pieces.map((piece) =>
    piece.kind === 'gap' ? `gap ${piece.length}` : `${piece.side}: ${Buffer.from(piece.data, 'base64')}`,
  )
}

const THREE = [
  {
    uid: 'C1',
    proto: 'tcp',
    'id.orig_h': '192.0.2.1',
    'id.resp_p': 80,
    orig_bytes: 5,
    resp_bytes: 0,
    conn_state: 'SF',
  },
  {
    uid: 'C2',
    proto: 'udp',
    'id.orig_h': '192.0.2.22',
    'id.resp_p': 53,
    orig_bytes: 500,
    resp_bytes: 0,
    conn_state: 'S0',
    service: 'dns',
  },
  {
    uid: 'C3',
    proto: 'tcp',
    'id.orig_h': '2001:db8::1',
    'id.resp_p': 443,
    orig_bytes: 50,
    resp_bytes: 0,
    conn_state: 'SF',
    service: 'tls',
    server_name: 'www.example.com',
    missed_bytes: 9,
  },
]

it.each([
  ['all, in the order of the index', '', [0, 1, 2]],
  ['a part', 'from=1&count=1', [1]],
  ['nothing behind the end', 'from=9', []],
  ['those with an address', 'host=192.0.2.2', [1]],
  ['those with a part of an address, in either case', 'host=DB8', [2]],
  ['those with a port', 'port=443', [2]],
  ['those of a protocol', 'proto=tcp', [0, 2]],
  ['none of a protocol that there is not', 'proto=gre', []],
  ['those in a state', 'state=S0', [1]],
  ['those of a service', 'service=dns', [1]],
  ['none of a service that there is not', 'service=ssh', []],
  ['those with a part of a server name, in either case', 'name=EXAMPLE', [2]],
  ['those from a size to a size', 'min=6&max=500', [1, 2]],
  ['the damaged ones', 'damaged=1', [2]],
  ['them by size, the largest first', 'sort=origBytes&order=desc', [1, 2, 0]],
  ['them by address', 'sort=origHost&order=desc', [2, 1, 0]],
  ['equal ones in the order of the index', 'sort=proto', [0, 2, 1]],
])('the table has %s', (_name, query, rows) =>
  withViewer({ records: THREE }, async (get) => {
    const part = await table(get, query)
    expect(part.rows.map(({ row }) => row)).toEqual(rows)
    expect(part.total).toBe(3)
  }),
)

it.each([
  ['a sorting that there is not', 'api/connections?sort=__proto__', 400],
  ['a size that is none', 'api/connections?min=-1', 400],
  ['a connection that there is not', 'api/connection?row=3', 404],
  ['a connection by no number', 'api/connection?row=x', 400],
  ['a place that is none', 'api/conversation?row=0&at=1,2', 400],
  ['a side that there is not', 'api/conversation?row=0&side=2', 400],
  ['a file by its path', '../../../etc/passwd', 403],
  ['another file of the package', 'report.html', 400],
])('refuses %s', (_name, path, status) =>
  withViewer({ records: THREE }, async (get) => {
    expect((await get(path)).status).toBe(status)
  }),
)

it('finds text in the payload, whatever its case, over chunks of one side and in no other', () =>
  withViewer(
    {
      files: {
        'a.json': chunk(0, '1.000000', 'GET /Sec') + chunk(1, '1.500000', 'xx') + chunk(0, '2.000000', 'ret'),
        'b.txt': 'nothing of it',
      },
      records: [
        { orig_file: 'a.json', resp_file: 'a.json' },
        { orig_file: 'b.txt', resp_file: 'b.txt' },
        { orig_file: '../secret', resp_file: '../secret' },
        { orig_file: null, resp_file: null },
      ],
    },
    async (get) => {
      const found = await searched(get, 'text=sECRET')
      expect(found.rows.map(({ row }) => row)).toEqual([0])
      expect(found.search).toEqual({ searched: 4, of: 4, unreadable: 1 })
    },
  ))

it('goes on with two searches that are asked for in turn', () =>
  withViewer(
    {
      files: { 'a.txt': header(0, 'one'), 'b.txt': header(0, 'two') },
      records: Array.from({ length: 300 }, (_, i) => {
        const file = i % 3 === 0 ? 'a.txt' : 'b.txt'
        return { orig_file: file, resp_file: file }
      }),
    },
    async (get) => {
      const searchedBefore = [0, 0]
      const matching = [0, 0]
      while (searchedBefore.some((count) => count < 300)) {
        for (const [i, text] of ['one', 'two'].entries()) {
          await table(get, `text=${text}`)
          await new Promise((resolve) => setTimeout(resolve, 5))
          const part = await table(get, `text=${text}`)
          const searched = part.search?.searched ?? 0
          expect(searched).toBeGreaterThanOrEqual(searchedBefore[i]!)
          searchedBefore[i] = searched
          matching[i] = part.matching
        }
      }
      expect(matching).toEqual([100, 200])
    },
  ))

it.each<[string, Record<string, string>, Record<string, unknown>, string, string[]]>([
  [
    'JSON lines',
    { 'a.json': chunk(1, '1.000000', 'hi') + chunk(0, '2.000000', 'ho') },
    { orig_file: 'a.json', resp_file: 'a.json' },
    '',
    ['1: hi', '0: ho'],
  ],
  ['headers', { 'a.txt': header(0, 'hi') + header(1, 'ho') }, {}, '', ['0: hi', '1: ho']],
  ['one file without marks', { 'a.txt': 'hiho' }, {}, '', ['null: hiho']],
  [
    'two files, one at a time',
    { 'a.txt': 'hi', 'b.txt': 'ho' },
    { resp_file: 'b.txt' },
    '&side=1',
    ['1: ho'],
  ],
  [
    'two files with times, together',
    { 'a.json': chunk(0, '1.000000', 'a') + chunk(0, '10.000000', 'c'), 'b.json': chunk(1, '9.000000', 'b') },
    { orig_file: 'a.json', resp_file: 'b.json' },
    '',
    ['0: a', '1: b', '0: c'],
  ],
  [
    'gaps',
    { 'a.txt': header(0, 'a') + header(0, '[3 bytes missing]b') },
    { orig_gaps: [{ offset: 1, length: 3 }] },
    '',
    ['0: a', 'gap 3', '0: b'],
  ],
])('gives a conversation from %s', (_name, files, record, query, expected) =>
  withViewer({ files, records: [record] }, async (get) => {
    expect(await said(get, `row=0${query}`)).toEqual(expected)
  }),
)

it('saves either side, or the file where sides are not known', () =>
  withViewer(
    {
      files: { 'a.txt': header(0, 'hi') + header(1, 'ho') + header(0, '!'), 'b.txt': 'both' },
      records: [{}, { orig_file: 'b.txt', resp_file: 'b.txt' }],
    },
    async (get) => {
      const texts = await Promise.all(
        ['row=0&side=0', 'row=0&side=1', 'row=1'].map(async (query) =>
          (await get(`api/payload?${query}`)).text(),
        ),
      )
      expect(texts).toEqual(['hi!', 'ho', 'both'])
      const { headers } = await get('api/payload?row=0&side=0')
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toBe('attachment; filename="connection-0-side-0.bin"')
    },
  ))

it('serves no file outside of the folder, however the index names it', () =>
  withViewer(
    {
      records: [
        { orig_file: '../secret', resp_file: '../secret' },
        { orig_file: 'link', resp_file: 'link' },
      ],
    },
    async (get, _viewer, folder) => {
      symlinkSync(join(folder, '..', 'secret'), join(folder, 'link'))
      for (const row of [0, 1]) {
        for (const path of ['api/payload', 'api/conversation']) {
          const response = await get(`${path}?row=${row}`)
          expect([response.status, (await response.text()).includes('"secret"')]).toEqual([422, false])
        }
        const details = (await (await get(`api/connection?row=${row}`)).json()) as ConnectionDetails
        expect([details.files, details.problem]).toEqual([null, expect.stringContaining('Cannot read')])
      }
    },
  ))

it('says on every answer that nothing but its own script may run, and nobody else may read', () =>
  withViewer({ records: THREE }, async (get, viewer) => {
    for (const path of ['', 'view.js', 'api/connections', 'none']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
    const { port } = new URL(viewer.address)
    const refused = await new Promise<number | undefined>((resolve, reject) => {
      const path = new URL(viewer.address).pathname
      request(
        { host: '127.0.0.1', port, path, headers: { host: `evil.example:${port}` } },
        ({ statusCode }) => resolve(statusCode),
      )
        .on('error', reject)
        .end()
    })
    expect(refused).toBe(403)
  }))

it('shows what comes before damage in the index, and says where that is', () =>
  withFolder(async (folder) => {
    const good = indexText(Array.from({ length: 2000 }, (_, i) => ({ uid: `C${i}` })))
    writeFileSync(join(folder, 'i.jsonl'), `${good}{"ts":`)
    const viewer = await Viewer.open({ outputDir: folder, indexPath: join(folder, 'i.jsonl'), port: 0 })
    try {
      const get: Get = (path) => fetch(viewer.address + path)
      let part = await table(get, '')
      while (!part.isLoaded) part = await table(get, '')
      expect([part.total, part.problem]).toEqual([2000, expect.stringContaining(`at byte ${good.length}:`)])
    } finally {
      await viewer.close()
    }
  }))

it.each([
  ['no index', {}, 'No index in'],
  ['two of them', { 'a.jsonl': indexText([{}]), 'b.jsonl': indexText([{}]) }, 'Several indexes in'],
])('needs the name of the index in a folder with %s', (_name, files: Record<string, string>, problem) =>
  withFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    writeFileSync(join(folder, 'other.jsonl'), '{"some":"thing"}\n')
    const opened = Viewer.open({ outputDir: folder, indexPath: null, port: 0 })
    await expect(opened).rejects.toThrow(InputError)
    await expect(opened).rejects.toThrow(problem)
  }),
)

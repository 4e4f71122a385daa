import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { convert } from '../../src/index.js'
import type { ConnectionDetails, ConversationPart, TablePart } from '../../src/view/view-data.js'
import { Viewer, type ViewerOptions } from '../../src/view/viewer.js'
import { copyFixtureCaptures } from '../support/fixture-captures.js'

const folder = mkdtempSync(join(tmpdir(), 'view-archive-'))
const captures = join(folder, 'captures')
const archive = join(folder, 'archive')
const out = join(folder, 'out')
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  const inputFile = copyFixtureCaptures(captures)
  await convert({ inputFile, noWrite: true, map: archive })
  await convert({ inputFile, json: true, outputDir: out, index: join(out, 'i.jsonl') })
})

type Ask = <T>(path: string) => Promise<T>

async function withViewer(
  options: Omit<ViewerOptions, 'port' | 'indexPath'>,
  use: (ask: Ask, address: string) => Promise<void>,
): Promise<void> {
  const viewer = await Viewer.open({ indexPath: null, port: 0, ...options })
  try {
    await use(async (path) => (await fetch(viewer.address + path)).json() as never, viewer.address)
  } finally {
    await viewer.close()
  }
}

async function searched(ask: Ask, query: string): Promise<TablePart> {
  for (;;) {
    const part = await ask<TablePart>(`api/connections?${query}`)
    if (part.search !== null && part.search.searched === part.search.of) return part
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** All that a viewer tells of each connection. */
async function shownOf(options: Omit<ViewerOptions, 'port' | 'indexPath'>) {
  const shown: unknown[] = []
  await withViewer(options, async (ask) => {
    const { rows } = await ask<TablePart>('api/connections?count=500')
    for (const row of rows) {
      const { files, problem } = await ask<ConnectionDetails>(`api/connection?row=${row.row}`)
      const part = files === null ? null : await ask<ConversationPart>(`api/conversation?row=${row.row}`)
      shown.push([row, files, problem, part?.pieces])
    }
  })
  return shown
}

describe('an archive', () => {
  it('shows what an output folder does', async () => {
    const [of, as] = [await shownOf({ outputDir: archive }), await shownOf({ outputDir: out })]
    expect(of.length).toBeGreaterThan(40)
    expect(of).toEqual(as)
  })

  it('finds the same text', () =>
    withViewer({ outputDir: archive }, (ofArchive) =>
      withViewer({ outputDir: out }, async (ofFolder) => {
        for (const text of ['GET /', 'no such text']) {
          const query = `text=${encodeURIComponent(text)}`
          const found = await searched(ofArchive, query)
          expect(found).toEqual({ ...(await searched(ofFolder, query)), hasMap: true })
          expect(found.search?.unreadable).toBe(0)
        }
      }),
    ))

  it('shows the files of a run beside its map, and what has none from the captures', async () => {
    const both = join(folder, 'both')
    await convert({ inputFile: captures, outputDir: both, map: both })
    for (const [i, name] of readdirSync(both).entries())
      if (name.endsWith('.txt') && i % 2 === 0) rmSync(join(both, name))
    const shown = (await shownOf({ outputDir: both })) as [
      unknown,
      ConnectionDetails['files'],
      string | null,
    ][]
    expect(shown.map(([, files]) => files?.style)).toEqual(expect.arrayContaining(['plain', 'json']))
    expect(shown.every(([, , problem]) => problem === null)).toBe(true)
  })

  it('says so where captures have moved, and finds them again', async () => {
    const [moved, path] = [join(folder, 'moved'), join(captures, 'lost-segment.pcap')]
    await withViewer({ outputDir: archive }, async (ask, address) => {
      const { rows } = await ask<TablePart>('api/connections?host=192.0.2.23&count=1')
      const row = rows[0]!.row
      const details = () => ask<ConnectionDetails>(`api/connection?row=${row}`)
      mkdirSync(moved)
      renameSync(path, join(moved, 'lost-segment.pcap'))
      expect(await details()).toMatchObject({
        files: null,
        problem: `Cannot find "${path}" (--root DIR: where the captures are now)`,
      })
      expect((await fetch(`${address}api/payload?row=${row}`)).status).toBe(422)
      expect((await searched(ask, 'host=192.0.2.23&text=ends+here')).search?.unreadable).toBe(1)
      await withViewer({ outputDir: archive, root: moved }, async (askOther) => {
        expect(await askOther<ConnectionDetails>(`api/connection?row=${row}`)).toMatchObject({
          problem: null,
        })
      })
      writeFileSync(path, 'changed')
      expect((await details()).problem).toBe(`Cannot use "${path}": it has changed since it was indexed`)
      renameSync(join(moved, 'lost-segment.pcap'), path)
      expect(await details()).toMatchObject({ problem: null, files: { style: 'json' } })
    })
  })

  it('is refused where it is damaged, and --root where there is none', async () => {
    const broken = join(folder, 'broken')
    mkdirSync(broken)
    for (const name of readdirSync(archive)) copyFileSync(join(archive, name), join(broken, name))
    writeFileSync(join(broken, 'packets.map'), '')
    await expect(Viewer.open({ outputDir: broken, indexPath: null, port: 0 })).rejects.toThrow(
      'packets.map" at byte 0: it is shorter than its header',
    )
    writeFileSync(join(broken, 'connections.parquet'), 'PAR1')
    copyFileSync(join(archive, 'packets.map'), join(broken, 'packets.map'))
    await expect(Viewer.open({ outputDir: broken, indexPath: null, port: 0 })).rejects.toThrow(
      'it is no index, or is damaged',
    )
    await expect(Viewer.open({ outputDir: out, indexPath: null, port: 0, root: captures })).rejects.toThrow(
      `Cannot use --root: "${out}" is no archive of packets`,
    )
  })
})

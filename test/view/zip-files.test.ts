import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { convert } from '../../src/index.js'
import type { ConnectionDetails, ConversationPart, TablePart } from '../../src/view/view-data.js'
import { Viewer } from '../../src/view/viewer.js'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'

const folder = mkdtempSync(join(tmpdir(), 'view-zip-'))
const zips = join(folder, 'zips')
const out = join(folder, 'out')
const inputFile = [...FIXTURE_CAPTURES]
afterAll(() => rmSync(folder, { recursive: true }))
beforeAll(async () => {
  mkdirSync(zips)
  await convert({ inputFile, json: true, outputDir: out, index: join(out, 'i.jsonl') })
})

async function shownOf(outputDir: string): Promise<unknown[]> {
  const viewer = await Viewer.open({ outputDir, indexPath: null, port: 0 })
  const ask = async <T>(path: string) => (await fetch(viewer.address + path)).json() as Promise<T>
  const shown: unknown[] = []
  try {
    const { rows } = await ask<TablePart>('api/connections?count=500')
    for (const row of rows) {
      const { files, problem } = await ask<ConnectionDetails>(`api/connection?row=${row.row}`)
      const part = files === null ? null : await ask<ConversationPart>(`api/conversation?row=${row.row}`)
      shown.push([row, files, problem, part?.pieces])
    }
    for (;;) {
      const { search, matching } = await ask<TablePart>('api/connections?text=GET')
      if (search !== null && search.searched === search.of) return [...shown, matching]
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    await viewer.close()
  }
}

it.each([0, 6])('shows what an output folder does, of an archive of level %i', async (zipLevel) => {
  const zip = join(zips, `level${zipLevel}.zip`)
  await convert({ inputFile, json: true, outputDir: zip, zipLevel, index: zip.replace('.zip', '.jsonl') })
  const shown = await shownOf(zip)
  expect(shown.length).toBeGreaterThan(40)
  expect(shown).toEqual(await shownOf(out))
})

it('says what is wrong with a connection, and shows the others', async () => {
  const zip = join(zips, 'damaged.zip')
  const index = readFileSync(join(zips, 'level0.jsonl'), 'utf8')
  const [record] = index
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { orig_file: string | null })
  const bytes = readFileSync(join(zips, 'level0.zip'))
  const at = bytes.indexOf(record!.orig_file!)
  bytes[at] = 0x78
  writeFileSync(zip, bytes)
  copyFileSync(join(zips, 'level0.jsonl'), join(zips, 'damaged.jsonl'))
  const shown = (await shownOf(zip)).slice(0, -1) as [unknown, ConnectionDetails['files'], string | null][]
  const problems = shown.map(([, , problem]) => problem).filter((problem) => problem !== null)
  expect(problems).toEqual([
    `Cannot use "${zip}" at byte ${at - 30}: an entry has another name or method than in the directory`,
  ])
})

it('names an archive without an index', async () => {
  const alone = join(folder, 'alone.zip')
  copyFileSync(join(zips, 'level0.zip'), alone)
  await expect(Viewer.open({ outputDir: alone, indexPath: null, port: 0 })).rejects.toThrow(
    `No index in or beside "${alone}": convert with --index`,
  )
  const indexPath = join(zips, 'level0.jsonl')
  await (await Viewer.open({ outputDir: alone, indexPath, port: 0 })).close()
})

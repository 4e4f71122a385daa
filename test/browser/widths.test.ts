import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../src/report/write-report.js'
import { Viewer } from '../../src/view/viewer.js'
import { indexText } from '../report/records.js'
import { inputSummary, runSummary } from '../report/summaries.js'
import { withFolder } from '../support/program.js'
import { launchBrowser, NO_BROWSER, openPage } from './browser.js'
import { overflowing, WIDTHS, wideRecords } from './overflow.js'
import { pictureRecords } from './picture-records.js'

const LONG_PATH = `captures/${'a-folder-with-a-name/'.repeat(12)}${'x'.repeat(150)}.pcapng`
const SUMMARY = runSummary({
  inputs: [
    inputSummary({
      path: LONG_PATH,
      status: 'partial',
      problems: [{ offset: 123_456_789_012, length: 0, message: `Cannot read "${LONG_PATH}"` }],
    }),
  ],
  packets: {
    read: 9e12,
    filtered: 1e12,
    not_ip: 1e12,
    malformed: 1e12,
    fragments: 1e12,
    duplicates: 0,
    other_shard: 0,
    delivered: 5e12,
  },
  bytes: {
    ...runSummary().bytes,
    ...{ payload_captured: 9e15, delivered: 5e15, repeated: 1e15, conflicting: 1e15, outside: 2e15 },
    outside_by_kind: {
      ...{ before_start: 1e14, after_fin: 1e14, late: 1e14 },
      ...{ unconfirmed: 1e14, reset_text: 1e14, keep_alive: 15e14 },
    },
  },
  details: { a_detail_with_a_very_long_name_that_has_no_blank: 9e12, another_detail: 8e12 },
  errors: [`Cannot write "${LONG_PATH}"`],
})

async function atEachWidth(page: Page, check: (width: number) => Promise<void>): Promise<void> {
  // From wide to narrow and back: what was laid out for one width must not stay for another.
  for (const width of [...WIDTHS.toReversed(), ...WIDTHS]) {
    await page.setViewportSize({ width, height: 900 })
    await check(width)
  }
}

/** Waits until nothing is cut; tells what is where that does not come. */
async function expectWhole(page: Page, where: string): Promise<void> {
  await expect.poll(() => overflowing(page), { timeout: 5_000, message: where }).toEqual([])
}

async function withIndex(
  records: readonly Record<string, unknown>[],
  use: (folder: string, indexPath: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const indexPath = join(folder, 'i.jsonl')
    writeFileSync(indexPath, indexText(records))
    await use(folder, indexPath)
  })
}

const RECORDS: readonly (readonly [string, readonly Record<string, unknown>[]])[] = [
  ['the longest addresses and figures', wideRecords(60)],
  ['an ordinary hour', pictureRecords(500)],
]

describe.skipIf(NO_BROWSER !== null)('at the width of a phone, a tablet and a small screen', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it.each(RECORDS)('nothing of a report is cut: %s', (_name, records) =>
    withIndex(records, async (folder, indexPath) => {
      const path = join(folder, 'report.html')
      await writeReport({
        path,
        indexPath,
        outputDir: join(folder, 'out'),
        summary: SUMMARY,
        title: `Connections of ${LONG_PATH}`,
        source: LONG_PATH,
      })
      const { page, offences } = await openPage(browser, pathToFileURL(path).href)
      await atEachWidth(page, (width) => expectWhole(page, `report at ${width}`))
      await page.getByRole('button', { name: 'Duration' }).click()
      await expectWhole(page, 'sorted report')
      expect(offences).toEqual([])
    }),
  )

  it.each(RECORDS)('nothing of the viewer is cut: %s', (_name, records) =>
    withIndex(records, async (folder, indexPath) => {
      for (let i = 0; i < 60; i++)
        for (const side of 'ab') writeFileSync(join(folder, `${side} ${i}.txt`), 'GET / HTTP/1.1 '.repeat(50))
      const viewer = await Viewer.open({ outputDir: folder, indexPath, port: 0 })
      try {
        const { page, offences } = await openPage(browser, viewer.address)
        await page.locator('tr.row').first().waitFor()
        await atEachWidth(page, (width) => expectWhole(page, `table at ${width}`))
        await page.locator('tr.row').first().click()
        await page.locator('.conversation').waitFor()
        await page.getByText('Index record').click()
        await atEachWidth(page, (width) => expectWhole(page, `conversation at ${width}`))
        expect(offences).toEqual([])
      } finally {
        await viewer.close()
      }
    }),
  )
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../src/report/write-report.js'
import { indexText } from '../report/records.js'
import { runProgram, withFolder } from '../support/program.js'
import {
  launchBrowser,
  MAKES_PICTURES,
  NO_BROWSER,
  openPage,
  savePicture,
  type WatchedPage,
} from './browser.js'
import { hostileRecords } from './hostile.js'
import { pictureRecords } from './picture-records.js'

const HOSTS = 40

/** An hour of connections, of which the totals are known. */
const RECORDS = Array.from({ length: 600 }, (_, i) => ({
  ts: 1_709_632_800 + i * 6,
  duration: (i % 7) * 3,
  uid: `C${i}`,
  'id.orig_h': `192.0.2.${i % HOSTS}`,
  'id.resp_p': [443, 80, 53][i % 3],
  proto: i % 3 === 2 ? 'udp' : 'tcp',
  orig_bytes: 100,
  resp_bytes: 1000 * (i % 50),
  missed_bytes: i % 100 === 0 ? 10 : 0,
  conn_state: i % 5 === 0 ? 'S0' : 'SF',
  orig_file: `c ${i}.txt`,
  resp_file: `c ${i}.txt`,
}))
const BYTES = RECORDS.reduce((sum, { orig_bytes, resp_bytes }) => sum + orig_bytes + resp_bytes, 0)

async function withReport(
  browser: Browser,
  records: readonly Record<string, unknown>[],
  use: (watched: WatchedPage, folder: string) => Promise<void>,
  { colorScheme = 'light' as 'light' | 'dark', title = 'Connections <of> a test' } = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, 'report.html')
    writeFileSync(join(folder, 'i.jsonl'), indexText(records))
    await writeReport({
      path,
      indexPath: join(folder, 'i.jsonl'),
      outputDir: join(folder, 'out'),
      summary: null,
      title,
      source: 'i.jsonl',
    })
    const watched = await openPage(browser, pathToFileURL(path).href, { colorScheme })
    await use(watched, folder)
    expect(watched.offences).toEqual([])
    await watched.page.close()
  })
}

const total = (page: Page, name: string) =>
  page.locator(`[data-total=${name}]`).getAttribute('data-value').then(Number)
const shown = (page: Page) => page.locator('[data-shown]').getAttribute('data-shown').then(Number)
const firstRow = (page: Page) => page.locator('tr.row').first().textContent()

describe.skipIf(NO_BROWSER !== null)('the report in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it('shows the totals of the index', () =>
    withReport(browser, RECORDS, async ({ page }) => {
      expect(await total(page, 'connections')).toBe(600)
      expect(await total(page, 'bytes')).toBe(BYTES)
      expect(await total(page, 'missedBytes')).toBe(60)
      expect(await page.locator('h1').textContent()).toBe('Connections <of> a test')
      const counts = await page
        .locator('.histogram')
        .first()
        .locator('.column')
        .evaluateAll((columns) =>
          columns.map((column) =>
            Number((column as unknown as { dataset: { count: string } }).dataset.count),
          ),
        )
      expect(counts.reduce((a, b) => a + b)).toBe(600)
      const histogram = (await page.locator('.histogram').first().getAttribute('aria-label'))!
      expect(histogram).toContain('; 1.00 KiB to 2.00 KiB: ')
      expect(histogram + (await page.locator('#app').textContent())).not.toMatch(/\d [kMGTP]B/)
      expect(await page.locator('[data-protocol=udp]').textContent()).toMatch(/1,400200$/)
    }))

  it('filters and sorts the table, and links the files', () =>
    withReport(browser, RECORDS, async ({ page, offences }) => {
      expect(await shown(page)).toBe(600)
      await page.getByRole('searchbox').fill('192.0.2.39: udp')
      expect(await shown(page)).toBe(5)
      await page.getByRole('searchbox').fill('')
      await page.getByLabel('with gaps or conflicts only').check()
      expect(await shown(page)).toBe(6)
      await page.getByLabel('with gaps or conflicts only').uncheck()
      await page.getByRole('combobox').selectOption('tcp')
      expect(await shown(page)).toBe(400)
      await page.getByRole('button', { name: 'Received' }).click()
      expect(await firstRow(page)).toContain('47.9 KiB')
      await page.getByRole('button', { name: 'Received' }).click()
      expect(await page.locator('th[aria-sort=ascending]').textContent()).toContain('Received')
      expect(await firstRow(page)).toContain('0 B')
      expect(await page.locator('tr.row a').first().getAttribute('href')).toBe('./out/c%200.txt')
      expect(offences).toEqual([])
    }))

  it('looks at a part of the time, by mouse and by keys', () =>
    withReport(browser, RECORDS, async ({ page }) => {
      const chart = page.locator('.u-over')
      const box = (await chart.boundingBox())!
      await page.mouse.move(box.x + box.width * 0.25, box.y + 50)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 })
      await page.mouse.up()
      const count = await shown(page)
      expect(count).toBeGreaterThan(140)
      expect(count).toBeLessThan(165)
      await page.locator('.chart').focus()
      await page.keyboard.press('Escape')
      expect(await shown(page)).toBe(600)
      await page.keyboard.press('+')
      await page.keyboard.press('ArrowLeft')
      const [from, to] = (await page.locator('[data-range]').getAttribute('data-range'))!
        .split(' ')
        .map(Number)
      expect(Math.round((to! - from!) / 60)).toBe(30)
      expect(await shown(page)).toBeLessThan(320)
    }))

  it('goes through the table by keys', () =>
    withReport(browser, RECORDS, async ({ page }) => {
      await page.locator('.grid-scroll').focus()
      await page.keyboard.press('End')
      await expect
        .poll(() => page.locator('tr.row[aria-selected=true]').getAttribute('aria-rowindex'))
        .toBe('601')
      await page.keyboard.press('ArrowUp')
      await expect
        .poll(() => page.locator('tr.row[aria-selected=true]').getAttribute('aria-rowindex'))
        .toBe('600')
    }))

  it('has all its contents on paper, dark on light', () =>
    withReport(
      browser,
      RECORDS,
      async ({ page }) => {
        await page.evaluate('dispatchEvent(new Event("beforeprint"))')
        await page.emulateMedia({ media: 'print' })
        expect(await page.locator('table.print-only tbody tr').count()).toBe(60)
        expect(await page.locator('table.print-only').isVisible()).toBe(true)
        expect(await page.locator('.grid-scroll').isVisible()).toBe(false)
        expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(27, 35, 48)')
      },
      { colorScheme: 'dark' },
    ))

  it('runs nothing that captures or an index bring along, and breaks at nothing', () =>
    withReport(browser, hostileRecords(), async ({ page }) => {
      expect(await total(page, 'connections')).toBe(11)
      expect(await page.locator('tr.row').count()).toBe(11)
      for (const name of ['Originator', 'Protocol', 'State'])
        await page.getByRole('button', { name, exact: true }).click()
      await page.getByRole('searchbox').fill('<script>')
      expect(await shown(page)).toBe(2)
      await page.getByRole('searchbox').fill('')
      expect(await page.evaluate('window.harmed')).toBeUndefined()
      expect(await page.evaluate('document.querySelectorAll("script").length')).toBe(2)
      const addresses = await page
        .locator('tr.row a')
        .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href))
      expect(addresses.length).toBeGreaterThan(10)
      expect(addresses.filter((address) => !address.startsWith('file:///'))).toEqual([])
      expect(await page.locator('#app').textContent()).not.toMatch(/\p{Cf}/u)
    }))

  it('is made by a run too, with the health of its captures', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'r.html')
      const { code, stderr } = await runProgram([
        'fixtures/lost-segment.pcap',
        'fixtures/http.pcap.gz',
        '-o',
        folder,
        '--report',
        path,
      ])
      expect([code, stderr]).toEqual([0, expect.stringContaining('connections')])
      const { page, offences } = await openPage(browser, pathToFileURL(path).href)
      expect(await page.locator('h1').textContent()).toBe('Connections of 2 captures')
      expect(await page.locator('#health + table').textContent()).toContain('delivered')
      const link = await page.locator('tr.row a').first().getAttribute('href')
      expect(readFileSync(join(folder, decodeURIComponent(link!))).length).toBeGreaterThan(0)
      expect(offences).toEqual([])
    }))

  if (MAKES_PICTURES) {
    it('makes its picture for the documentation', () =>
      withReport(
        browser,
        pictureRecords(6000),
        async ({ page }) => {
          await page.setViewportSize({ width: 1400, height: 1080 })
          await savePicture(page, 'report.png')
        },
        { title: 'An hour of an office' },
      ))
  }
})

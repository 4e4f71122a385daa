import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Viewer } from '../../src/view/viewer.js'
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
import { HOSTILE_TEXTS, hostileRecords } from './hostile.js'

const MANY = 100_000

async function withView(
  browser: Browser,
  prepare: (folder: string) => Promise<void> | void,
  use: (watched: WatchedPage) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await prepare(folder)
    const viewer = await Viewer.open({ outputDir: folder, indexPath: join(folder, 'i.jsonl'), port: 0 })
    try {
      const watched = await openPage(browser, viewer.address)
      await use(watched)
      expect(watched.offences).toEqual([])
      await watched.page.close()
    } finally {
      await viewer.close()
    }
  })
}

const convert =
  (...options: string[]) =>
  async (folder: string) => {
    const result = await runProgram([
      'fixtures/lost-segment.pcap',
      'fixtures/http.pcap.gz',
      'fixtures/keep-alive.pcap',
      '--utc',
      '-o',
      folder,
      '--index',
      join(folder, 'i.jsonl'),
      ...options,
    ])
    expect(result.code, result.stderr).toBe(0)
  }
const matching = (page: Page) => page.locator('.status').getAttribute('data-matching').then(Number)
const rowWith = (page: Page, text: string) => page.locator('tr.row', { hasText: text }).first()
/** Waits until all of the conversation is shown; where that does not come, tells what is. */
const isWhole = (page: Page) =>
  page
    .locator('.parts[data-loaded=all]')
    .waitFor()
    .catch(async (error: Error) => {
      throw new Error(`${error.message}: the page says "${await page.locator('#app').textContent()}"`)
    })

describe.skipIf(NO_BROWSER !== null)('the viewer in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it('shows what the two sides said, with the gap in its place', () =>
    withView(browser, convert('-j'), async ({ page }) => {
      await rowWith(page, '192.0.2.23:').click()
      await isWhole(page)
      expect(
        await page
          .locator('.run, .gap')
          .evaluateAll((parts) => parts.map((part) => (part as unknown as { className: string }).className)),
      ).toEqual(['run orig', 'run resp', 'gap resp', 'run resp'])
      expect(await page.locator('.run.orig pre').textContent()).toContain('GET /lost HTTP/1.1')
      expect(await page.locator('[data-gap]').getAttribute('data-gap')).toBe('23')
      await page.getByRole('button', { name: 'Hex' }).click()
      expect(await page.locator('.run.resp pre').last().textContent()).toMatch(/^0000005e {2}20 65 6e 64/)
      await page.getByRole('button', { name: 'Raw' }).click()
      expect(await page.locator('.run.orig pre').textContent()).toContain('HTTP/1.1\\x0d')
      await page.getByRole('button', { name: 'Sent', exact: true }).last().click()
      expect(await page.locator('.run.resp').count()).toBe(0)
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Save received' }).click()
      const saved = readFileSync(await (await download).path(), 'latin1')
      expect(saved).toContain('This one[23 bytes missing] ends here.')
      expect(saved).not.toContain('GET /lost')
    }))

  it('marks pauses between chunks', () =>
    withView(browser, convert('-j'), async ({ page }) => {
      await page.getByLabel('Address').fill('192.0.2.14')
      await page.locator('tr.row').first().click()
      await isWhole(page)
      expect(await page.locator('.pause').count()).toBeGreaterThan(0)
      expect(await page.locator('.pause').first().textContent()).toMatch(/ s later/)
    }))

  it.each([
    ['with the sides apart', ['-s'], ['Sent', 'Received'], null],
    ['with headers', ['-d'], ['Both', 'Sent', 'Received'], null],
    ['without marks', [], [], 'they are not told apart'],
  ])('shows the files of a run %s', (_name, options, sides, note) =>
    withView(browser, convert(...options), async ({ page }) => {
      await rowWith(page, '192.0.2.23:').click()
      await isWhole(page)
      expect(await page.locator('.tools .group button').allInnerTexts()).toEqual(sides)
      expect(await page.locator('.note').allInnerTexts()).toEqual(
        note === null ? [] : [expect.stringContaining(note)],
      )
      if (sides.length === 2) await page.locator('.tools .group button').last().click()
      await page.locator('[data-gap="23"]').waitFor()
      expect(await page.locator('pre').allTextContents()).toContainEqual(
        expect.stringContaining('ends here.'),
      )
    }),
  )

  it('opens a row that is clicked while it is asked for again', () =>
    withView(browser, convert('-j'), async ({ page }) => {
      const address = page.url()
      await page.goto('about:blank')
      // What the first drawing leaves for later comes after the first answer, and the second answer after the click.
      await page.addInitScript(`
        const later = setTimeout
        window.setTimeout = (call, ms, ...rest) => later(call, Math.max(ms, 500), ...rest)
        window.requestAnimationFrame = (call) => later(call, 500)`)
      let requests = 0
      let isAskedAgain = (): void => {}
      const askedAgain = new Promise<void>((resolve) => {
        isAskedAgain = resolve
      })
      let answer = (): void => {}
      const answered = new Promise<void>((resolve) => {
        answer = resolve
      })
      await page.route('**/api/connections?*', async (route) => {
        requests++
        if (requests > 1) {
          isAskedAgain()
          await answered
        }
        await route.continue()
      })
      await page.goto(address)
      await rowWith(page, '192.0.2.23:').waitFor()
      await askedAgain
      await rowWith(page, '192.0.2.23:').click()
      answer()
      await isWhole(page)
    }))

  it('draws the table once where nothing is filtered', () =>
    withView(browser, convert('-j'), async ({ page }) => {
      const address = page.url()
      await page.goto('about:blank')
      const queries = new Set<string>()
      page.on('request', (request) => {
        const { pathname, searchParams } = new URL(request.url())
        if (pathname.endsWith('/connections')) queries.add(`${searchParams}`)
      })
      await page.goto(address)
      const row = await rowWith(page, '192.0.2.23:').elementHandle()
      await page.waitForTimeout(500) // the filters' fields are read after 250 ms
      expect(
        await row?.evaluate((element) => (element as unknown as { isConnected: boolean }).isConnected),
      ).toBe(true)
      expect(queries.size).toBe(1)
    }))

  it('filters by address, port, size, damage and text in the payload, and sorts', () =>
    withView(browser, convert('-j'), async ({ page }) => {
      await expect.poll(() => matching(page)).toBeGreaterThan(2)
      const all = await matching(page)
      await page.getByLabel('Text in the payload').fill('get /LOST')
      await expect.poll(() => matching(page)).toBe(1)
      await page.getByLabel('Text in the payload').fill('')
      await expect.poll(() => matching(page)).toBe(all)
      await page.getByLabel('damaged').check()
      await expect.poll(() => matching(page)).toBe(1)
      await page.getByLabel('damaged').uncheck()
      await page.getByLabel('Port').fill('80')
      await page.getByLabel('Minimum payload bytes').fill('0.1K')
      await expect.poll(() => matching(page)).toBeLessThan(all)
      await page.getByRole('button', { name: 'Received' }).click()
      await page.locator('th[aria-sort=descending]').waitFor()
      const sizes = await page.locator('tr.row td:nth-child(10)').allInnerTexts()
      expect(sizes.length).toBeGreaterThan(0)
    }))

  it(`moves through ${MANY.toLocaleString('en')} connections with few rows in the page`, () =>
    withView(
      browser,
      (folder) => {
        const records = Array.from({ length: MANY }, (_, i) => ({
          ts: 1_709_632_800 + i,
          uid: `C${i}`,
          'id.orig_p': i % 65_536,
          resp_bytes: i,
        }))
        writeFileSync(join(folder, 'i.jsonl'), indexText(records))
      },
      async ({ page }) => {
        await page.locator('.status[data-total="100000"]').waitFor()
        await page.locator('.grid-scroll').focus()
        await page.keyboard.press('End')
        await rowWith(page, `:${(MANY - 1) % 65_536}`).waitFor()
        expect(await page.locator('tr.row').count()).toBeLessThan(80)
        await page.getByRole('button', { name: 'Received' }).click()
        await expect.poll(() => page.locator('tr.row').first().textContent()).toContain('97.7 KiB')
      },
    ))

  it('runs nothing that payload or an index bring along, and breaks at nothing', () =>
    withView(
      browser,
      (folder) => {
        const payload = HOSTILE_TEXTS.join('\n')
        writeFileSync(join(folder, 'a.txt'), payload)
        writeFileSync(
          join(folder, 'i.jsonl'),
          indexText([...hostileRecords(), { orig_file: 'a.txt', resp_file: 'a.txt' }]),
        )
      },
      async ({ page }) => {
        await expect.poll(() => page.locator('tr.row').count()).toBe(HOSTILE_TEXTS.length + 1)
        for (const name of ['Originator', 'Protocol', 'State'])
          await page.getByRole('button', { name, exact: true }).click()
        await page.getByRole('button', { name: 'Time (UTC)' }).click()
        for (let i = 0; i < HOSTILE_TEXTS.length; i++) {
          // By keys: rows that are not seen are not there to be clicked.
          await page.locator('.grid-scroll').focus()
          for (const key of ['Home', ...Array<string>(i).fill('ArrowDown'), 'Enter'])
            await page.keyboard.press(key)
          await page.locator('.conversation .problem').waitFor()
          await page.getByText('Index record').click()
          await page.getByRole('button', { name: 'Close the conversation' }).click()
        }
        await rowWith(page, '192.0.2.1:').click()
        await page.locator('.run').first().waitFor()
        for (const name of ['Hex', 'Raw', 'Text']) await page.getByRole('button', { name }).click()
        const text = (await page.locator('pre').allTextContents()).join('')
        expect(text).toContain('<script>window.harmed=1</script>')
        expect(await page.locator('#app').textContent()).not.toMatch(/\p{Cf}/u)
        expect(await page.evaluate('window.harmed')).toBeUndefined()
        expect(await page.evaluate('document.querySelectorAll("script, img, svg").length')).toBe(1)
      },
    ))

  if (MAKES_PICTURES) {
    it('makes its picture for the documentation', () =>
      withView(browser, convert('-j', 'fixtures/*.pcap'), async ({ page }) => {
        await page.setViewportSize({ width: 1400, height: 800 })
        await page.getByLabel('Port').fill('80')
        await expect.poll(() => matching(page)).toBeLessThan(30)
        await rowWith(page, '192.0.2.23:').click()
        await isWhole(page)
        await savePicture(page, 'viewer.png')
      }))
  }
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Viewer } from '../../src/view/viewer.js'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { launchBrowser, NO_BROWSER, openPage } from './browser.js'
import { overflowing, WIDTHS } from './overflow.js'

const CAPTURES = ['lost-segment.pcap', 'overlap-conflict.pcap', 'dns.pcap'].map((name) => `fixtures/${name}`)

async function withArchive(browser: Browser, use: (page: Page, archive: string) => Promise<void>) {
  await withFolder(async (folder) => {
    const archive = join(folder, 'archive')
    expect((await runProgram(['index', ...CAPTURES, '-o', archive, '-q'])).code).toBe(0)
    const viewer = await Viewer.open({ outputDir: archive, indexPath: null, port: 0 })
    try {
      const { page, offences } = await openPage(browser, viewer.address)
      await use(page, archive)
      expect(offences).toEqual([])
      await page.close()
    } finally {
      await viewer.close()
    }
  })
}

const rowWith = (page: Page, text: string) => page.locator('tr.row', { hasText: text }).first()

async function savedBy(page: Page, button: string): Promise<[string, Buffer]> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).click()
  const file = await download
  return [file.suggestedFilename(), readFileSync(await file.path())]
}

/** What get writes of connections, by name. */
async function got(archive: string, query: string, as: string): Promise<Map<string, Buffer>> {
  const out = join(archive, '..', as)
  const { code, stderr } = await runProgram(['get', archive, '--where', query, '--as', as, '-o', out, '-q'])
  expect([code, stderr]).toEqual([0, ''])
  return readTree(out)
}

describe.skipIf(NO_BROWSER !== null)('the viewer of an archive in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  it('shows the packets of a piece that is clicked, and those of the connection', () =>
    withArchive(browser, async (page) => {
      await rowWith(page, '192.0.2.23:').click()
      await page.locator('.parts[data-loaded=all]').waitFor()
      await page.locator('.run.resp .chunk').last().click()
      const packets = page.locator('.packets[data-loaded=true]')
      await packets.waitFor()
      expect(await packets.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringContaining('gap 71-94, delivered 94-127'),
      ])
      expect(await packets.locator('tbody tr.odd').count()).toBe(1)
      await packets.press('Escape')
      await expect.poll(() => packets.count()).toBe(0)
      await page
        .getByRole('button', { name: /^Packets of/ })
        .first()
        .click()
      await packets.waitFor()
      expect(await packets.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringContaining('delivered 0-58'),
      ])
      await page.getByRole('button', { name: 'All packets' }).click()
      await expect.poll(() => packets.locator('tbody tr').count()).toBeGreaterThan(5)
      expect(await packets.locator('tbody tr').first().textContent()).toContain('lost-segment.pcap')
      await page.getByRole('button', { name: 'Close the packets' }).click()
      await expect.poll(() => packets.count()).toBe(0)
    }))

  it('saves one connection as get writes it', () =>
    withArchive(browser, async (page, archive) => {
      await rowWith(page, '192.0.2.23:').click()
      await page.locator('.parts[data-loaded=all]').waitFor()
      for (const [as, button] of [
        ['json', 'Save this connection as JSON'],
        ['pcap', 'Save this connection as pcap'],
      ] as const) {
        const [[, content]] = [...(await got(archive, 'host = 192.0.2.23', as))] as [[string, Buffer]]
        const [, bytes] = await savedBy(page, button)
        expect(bytes).toEqual(content)
      }
    }))

  it('saves the connections that are marked, by mouse and by keys', () =>
    withArchive(browser, async (page, archive) => {
      await rowWith(page, '192.0.2.23:').getByRole('checkbox').check()
      await page.locator('.grid-scroll').focus()
      await page.keyboard.press('Home')
      const isFirst = await page.locator('tr.row').first().getByRole('checkbox').isChecked()
      await page.keyboard.press(' ')
      await page.getByText(isFirst ? '0 selected' : '2 selected').waitFor()
      const [name, zip] = await savedBy(page, 'Save the selected connections as Payload')
      expect(name).toBe('connections.zip')
      for (const content of (await got(archive, 'host = 192.0.2.23', 'files')).values())
        expect(zip.includes(content)).toBe(true)
      expect(await page.locator('.conversation').count()).toBe(0)
      await page.getByRole('button', { name: 'Clear' }).click()
      await expect.poll(() => page.locator('.selection').count()).toBe(0)
    }))

  it('cuts nothing off in narrow windows', () =>
    withArchive(browser, async (page) => {
      await rowWith(page, '192.0.2.23:').getByRole('checkbox').check()
      await rowWith(page, '192.0.2.23:').click()
      await page.getByRole('button', { name: 'All packets' }).click()
      await page.locator('.packets tbody tr').first().waitFor()
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        await expect.poll(() => overflowing(page), { timeout: 5_000, message: `at ${width}` }).toEqual([])
      }
    }))
})

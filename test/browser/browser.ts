import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where Debian has it; another one is named by the environment. */
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const SIZE = { width: 1400, height: 900 }

/** Why these tests cannot run on this machine; null: they can. In CI they must. */
export const NO_BROWSER =
  existsSync(PROGRAM) || process.env.CI !== undefined
    ? null
    : `no Chromium at ${PROGRAM}: install the package chromium, or name one in CHROMIUM`
if (NO_BROWSER !== null) console.warn(`Browser tests are left out: ${NO_BROWSER}`)

/** Pictures for the documentation are made (`SCREENSHOTS=docs/images`). */
export const MAKES_PICTURES = process.env.SCREENSHOTS !== undefined

/** Keeps what is seen of a page as `name`. */
export async function savePicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(process.env.SCREENSHOTS ?? 'docs/images', name) })
}

export function launchBrowser(): Promise<Browser> {
  // Chromium's own sandbox does not work for root, who runs CI.
  const isRoot = process.getuid?.() === 0
  return chromium.launch({ executablePath: PROGRAM, args: isRoot ? ['--no-sandbox'] : [] })
}

/** A page, and what must not happen in it. */
export interface WatchedPage {
  readonly page: Page
  /** Requests for other than what begins with the address; dialogs; errors and warnings of the page. */
  readonly offences: readonly string[]
}

/** Opens an address in a page of its own, which can reach nothing else. */
export async function openPage(
  browser: Browser,
  address: string,
  { colorScheme = 'light' as 'light' | 'dark', within = address } = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme })
  const offences: string[] = []
  page.on('dialog', (dialog) => {
    offences.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => offences.push(`error ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) offences.push(`console ${message.text()}`)
  })
  await page.route('**/*', (route) => {
    const url = route.request().url()
    if (url.startsWith(within) || url.startsWith('data:')) return route.continue()
    offences.push(`request ${url}`)
    return route.abort()
  })
  await page.goto(address)
  return { page, offences }
}

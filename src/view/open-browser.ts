import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'

const PAGE_NAME = 'open.html'

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}

/**
 * Opens a URL in the user's browser, if there is one. Other users of the machine can see the arguments of a program, so
 * the browser is given a file that only the user can read and that redirects to the URL.
 *
 * @returns A function that removes the file.
 * @throws OutputError when the file cannot be written.
 */
export function openBrowser(address: string): () => void {
  const folder = folderWithPage(address)
  const [program = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const opener = spawn(program, [...args, join(folder, PAGE_NAME)], { detached: true, stdio: 'ignore' })
  opener.on('error', () => {}) // no browser: the address was printed
  opener.unref()
  return () => rmSync(folder, { recursive: true, force: true })
}

function folderWithPage(address: string): string {
  const parent = tmpdir()
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(parent, 'pcap2conn-view-'))
    writeFileSync(
      join(folder, PAGE_NAME),
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}">`,
      { mode: 0o600 },
    )
    return folder
  } catch (cause) {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    const problem = `Cannot open a browser: cannot write to "${parent}": ${failureReason(cause)}`
    throw new OutputError(problem, parent, { cause })
  }
}

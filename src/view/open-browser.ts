import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}

/**
 * Opens an address in the user's browser, if there is one. The address stands in a file that only the user can read and
 * that leads there, not among the arguments of a program, which all users of the machine can see.
 *
 * @returns Removes the file.
 */
export function openBrowser(address: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-view-'))
  const page = join(folder, 'open.html')
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${address}">`,
    {
      mode: 0o600,
    },
  )
  const [program = 'xdg-open', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const opener = spawn(program, [...args, page], { detached: true, stdio: 'ignore' })
  opener.on('error', () => {}) // there is none: the address was printed
  opener.unref()
  return () => rmSync(folder, { recursive: true, force: true })
}

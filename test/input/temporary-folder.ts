import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** An empty folder that is removed after the tests of the file that asks for it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-input-'))
  chmodSync(folder, 0o755) // tests look at it as another user too
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

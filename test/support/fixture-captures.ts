import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Paths of the captures right below fixtures/. */
export const FIXTURE_CAPTURES: readonly string[] = readdirSync('fixtures')
  .filter((name) => /\.pcap(ng|\.gz)?$/.test(name))
  .map((name) => join('fixtures', name))

/** Copies them into a new folder. Returns the paths of the copies. */
export function copyFixtureCaptures(folder: string): string[] {
  mkdirSync(folder)
  return FIXTURE_CAPTURES.map((path) => {
    const copy = join(folder, basename(path))
    copyFileSync(path, copy)
    return copy
  })
}

import { createRequire } from 'node:module'

/** The version of this package, as its package.json names it. */
export function packageVersion(): string {
  // By the package's own name, so that it doesn't matter which file this is bundled into.
  const { version } = createRequire(import.meta.url)('pcap2conn/package.json') as { version: string }
  return version
}

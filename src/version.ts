import { createRequire } from 'node:module'

/** The version of this package, from its package.json. */
export function packageVersion(): string {
  // Resolved by the package's own name, because the bundler may put this code into any file.
  const { version } = createRequire(import.meta.url)('pcap2conn/package.json') as { version: string }
  return version
}

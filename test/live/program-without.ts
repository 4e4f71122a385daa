import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The built program in `folder`, with the packages of this one but for those named. Returns its path. */
export function programWithout(folder: string, packages: readonly string[]): string {
  for (const name of ['dist/bundle', 'bin', 'package.json'])
    cpSync(name, join(folder, name), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync('node_modules')) {
    if (packages.includes(name) || name.startsWith('.')) continue
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name))
  }
  return join(folder, 'bin', 'pcap2conn.js')
}

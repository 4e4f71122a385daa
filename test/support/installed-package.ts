import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The fields of a package.json that the tests need. */
interface Manifest {
  readonly name: string
  dependencies?: Readonly<Record<string, string>>
  optionalDependencies?: Readonly<Record<string, string>>
  devDependencies?: Readonly<Record<string, string>>
  scripts?: Readonly<Record<string, string>>
}

/**
 * Packs the package in the folder `source` with `npm pack`, and unpacks it.
 *
 * @param folder Receives the folder `package`.
 */
export function packPackage(source: string, folder: string): void {
  const [packed] = Object.values(
    JSON.parse(
      npm('pack', resolve(source), '--json', '--ignore-scripts', '--pack-destination', folder),
    ) as object,
  ) as { filename: string }[]
  execFileSync('tar', ['-xzf', packed!.filename], { cwd: folder })
}

function npm(...args: string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: 'pipe' })
}

/**
 * Packs the package with `npm pack` and installs it with `npm install --global` into a prefix: below
 * `lib/node_modules`, with the program in `bin` and the manual page in `share/man`. Nothing is downloaded: its declared
 * dependencies, and only those, are links to the packages installed here.
 *
 * @param folder An empty folder. Receives the prefix and the packed files.
 * @returns The prefix, and the folder of the package in it.
 */
export function installPackage(folder: string): { readonly prefix: string; readonly home: string } {
  packPackage('.', folder)
  const manifestPath = join(folder, 'package', 'package.json')
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest
  const { dependencies = {}, optionalDependencies = {}, ...withoutDependencies } = manifest
  writeFileSync(manifestPath, JSON.stringify({ ...withoutDependencies, devDependencies: {}, scripts: {} }))
  execFileSync('tar', ['-czf', 'again.tgz', 'package'], { cwd: folder })
  const prefix = join(folder, 'prefix')
  npm('install', '--global', '--offline', '--ignore-scripts', '--prefix', prefix, join(folder, 'again.tgz'))
  const home = join(prefix, 'lib', 'node_modules', manifest.name)
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
    linkPackage(join(home, 'node_modules'), name)
  return { prefix, home }
}

/** Links the package `name` that is installed here into the folder `modules`. */
export function linkPackage(modules: string, name: string): void {
  const link = join(modules, name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(resolve('node_modules', name), link)
}

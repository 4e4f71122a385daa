// Writes the software bill of materials of a release, in CycloneDX: out/pcap2conn-VERSION.cdx.json, or the file that is
// named. It lists what runs: the dependencies, and the packages whose code is built into the pages.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Development dependencies whose code is in dist/app. */
const BUILT_IN = ['preact', 'uplot']
/** Of packages that name theirs in a way that npm no longer reads. */
const LICENCES = new Map([['node_modules/cap', 'MIT']])

const root = join(import.meta.dirname, '..')
const manifest = read('package.json')
const lock = read('package-lock.json')
const output = process.argv[2] ?? join(root, 'out', `${manifest.name}-${manifest.version}.cdx.json`)

// `npm sbom --omit=dev` leaves out what development needs too, such as picocolors: so here is no development at all.
const builtIn = Object.fromEntries(BUILT_IN.map((name) => [name, manifest.devDependencies[name]]))
const dependencies = { ...manifest.dependencies, ...builtIn }
const runtime = { dependencies, devDependencies: {}, workspaces: undefined }
const packages = { ...lock.packages, '': { ...lock.packages[''], ...runtime } }
for (const [path, entry] of Object.entries(packages)) {
  const isBuiltIn = BUILT_IN.some((name) => path === `node_modules/${name}`)
  const isOwnPackage = entry.link || path.startsWith('packages/') // its code is ours, in the bundle
  if (isOwnPackage || (entry.dev && !isBuiltIn)) delete packages[path]
  else packages[path] = { ...entry, dev: false, license: LICENCES.get(path) ?? entry.license }
}

const parent = mkdtempSync(join(tmpdir(), 'pcap2conn-sbom-'))
try {
  const folder = join(parent, manifest.name) // npm names the bill after its folder
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, ...runtime }))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }))
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application']
  mkdirSync(dirname(output), { recursive: true })
  writeFileSync(output, execFileSync('npm', args, { cwd: folder }))
} finally {
  rmSync(parent, { recursive: true })
}
console.log(output)

/** @param {string} name */
function read(name) {
  return JSON.parse(readFileSync(join(root, name), 'utf8'))
}

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../output/support.js'

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly unknown[]
  readonly hashes?: readonly unknown[]
}

interface Bill {
  readonly bomFormat: string
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
  readonly components: readonly Component[]
}

interface LockedPackage {
  readonly version: string
  readonly license?: string
  readonly dev?: true
  readonly integrity?: string
  readonly hasInstallScript?: true
  readonly optional?: true
  readonly resolved?: string
  readonly link?: true
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const locked: Record<string, LockedPackage> = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
const isOwn = (path: string, { link }: LockedPackage) =>
  path === '' || path.startsWith('packages/') || link === true
const entries = Object.entries(locked).filter(([path, entry]) => !isOwn(path, entry))

describe('the bill of materials', () => {
  let bill: Bill

  beforeAll(() => {
    const path = join(tempFolder(), 'bill.json')
    execFileSync(process.execPath, ['.ci/make-sbom.mjs', path])
    bill = JSON.parse(readFileSync(path, 'utf8'))
  })

  it('is of this package and version', () => {
    const { name, version } = manifest
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name, version } } })
  })

  it('has every package that is locked for running, what is built into the pages, and no other', () => {
    const isBuiltIn = (path: string) => ['node_modules/preact', 'node_modules/uplot'].includes(path)
    const running = entries
      .filter(([path, { dev }]) => dev !== true || isBuiltIn(path))
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`)
    const listed = bill.components.map(({ name, version }) => `${name} ${version}`)
    expect(listed.sort()).toEqual([...new Set(running)].sort())
    for (const name of Object.keys(manifest.dependencies))
      expect(bill.components.map((component) => component.name)).toContain(name)
  })

  it('tells the licence and the hash of each', () => {
    const lacking = bill.components.filter(({ licenses, hashes }) => !licenses?.length || !hashes?.length)
    expect(lacking).toEqual([])
  })
})

describe('the lock file', () => {
  it('has the hash of every package, for every platform', () => {
    expect(entries.filter(([, { integrity }]) => integrity === undefined)).toEqual([])
    for (const [path, entry] of Object.entries(locked)) {
      const wanted = Object.keys((entry as { optionalDependencies?: object }).optionalDependencies ?? {})
      const lacking = wanted.filter(
        (name) => !(`node_modules/${name}` in locked) && !(`${path}/node_modules/${name}` in locked),
      )
      expect(lacking, path).toEqual([])
    }
  })

  it('names no registry: who installs chooses one', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it("has the types of the oldest Node.js that is supported, though a user's project may have others", () => {
    const [oldest] = /\d+/.exec(manifest.engines.node)!
    expect(locked['node_modules/@types/node']!.version.split('.')[0]).toBe(oldest)
  })

  it('has install scripts for live capture alone, where npm goes on without them', () => {
    const scripted = entries.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    expect(scripted.map(([path, { optional }]) => [path, optional])).toEqual([
      ['node_modules/cap', true],
      ['node_modules/koffi', true],
    ])
  })
})

it('docs/dependencies.md has what runs, with its licence', () => {
  const rows = [
    ...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `(.+?)`(?: \((.+?)\))? \| (.+?) \|/gm),
  ]
  const licenceOf = (name: string) => locked[`node_modules/${name}`]?.license ?? 'MIT' // cap names its own the old way
  const rowOf = (name: string, kind?: string) => [name, kind, licenceOf(name)]
  expect(rows.map(([, ...row]) => row).sort()).toEqual(
    [
      ...Object.keys(manifest.dependencies).map((name) => rowOf(name)),
      ...Object.keys(manifest.optionalDependencies).map((name) => rowOf(name, 'optional')),
      ...['preact', 'uplot'].map((name) => rowOf(name, 'built in')),
    ].sort(),
  )
})

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const MAX_BYTES = 1_000_000

interface PackedFile {
  readonly path: string
  readonly size: number
}

const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})
const packed: { files: PackedFile[]; unpackedSize: number } = Object.values(
  JSON.parse(listing) as Record<string, { files: PackedFile[]; unpackedSize: number }>,
)[0]!
const paths = packed.files.map(({ path }) => path)

describe('the package', () => {
  it('is smaller than 1 MB', () => {
    expect(packed.unpackedSize).toBeLessThan(MAX_BYTES)
  })

  it('has the program, the library with its types, and the manual page', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'SECURITY.md',
        'bin/pcap2conn.js',
        'dist/bundle/index.js',
        'dist/bundle/worker.js',
        'dist/index.d.ts',
        'docs/man/pcap2conn.1',
      ]),
    )
  })

  it('has the licences of what is built into its pages, and says it in each page', () => {
    expect(paths).toContain('dist/app/licenses.txt')
    for (const name of ['preact', 'uplot'])
      expect(readFileSync('dist/app/licenses.txt', 'utf8')).toContain(
        readFileSync(`node_modules/${name}/LICENSE`, 'utf8'),
      )
    for (const page of ['report', 'view'])
      expect(readFileSync(`dist/app/${page}.js`, 'utf8')).toMatch(
        /^\/\*! with code of preact: MIT licence, Copyright \(c\) /,
      )
  })

  it('has every file that its types and its program import', () => {
    const missing = paths
      .filter((path) => path.endsWith('.d.ts') || path.endsWith('.js'))
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8')
        const imports = [...text.matchAll(/(?:from |import\(|import )["'](\.[^"']+)["']/g)]
        const ending = path.endsWith('.d.ts') ? '.d.ts' : '.js'
        return imports.map(([, name]) => join(dirname(path), name!.replace(/\.js$/, ending)))
      })
      .filter((path) => !paths.includes(path))
    expect(missing).toEqual([])
    expect(existsSync('dist/bundle/start.js')).toBe(true)
  })
})

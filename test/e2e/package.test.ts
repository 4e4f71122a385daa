import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPackage, linkPackage } from '../support/installed-package.js'

const MAX_BYTES = 2_250_000

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
  it('is smaller than 2.25 MB', () => {
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

describe('the installed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-installed-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let prefix = ''
  let home = ''
  beforeAll(() => {
    ;({ prefix, home } = installPackage(folder))
  })

  it('has a program that runs without the repository', () => {
    const capture = resolve('fixtures/http.pcap.gz')
    const run = (program: string) =>
      execFileSync(program, ['-r', capture, '-cq', '-e', 'tcp port 80'], { cwd: folder, encoding: 'utf8' })
    expect(run(join(prefix, 'bin/pcap2conn'))).toBe(run(resolve('bin/pcap2conn.js')))
  })

  it('has a manual page where man looks for it', () => {
    expect(existsSync(join(prefix, 'share/man/man1/pcap2conn.1'))).toBe(true)
  })

  const consumer = `
    import { connections, convert, readCapture, type Summary } from 'pcap2conn'
    import { Readable } from 'node:stream'
    export const summary: Promise<Summary> = convert({ inputFile: '-' }, { stdin: Readable.from([]) })
    export async function* frames() {
      for await (const packet of readCapture(Readable.from([]))) yield packet.bytes
      for await (const connection of connections(['a.pcap'])) yield connection.record.uid
    }`

  it.each([
    ['alone', false, []],
    ["beside the project's own types of Node.js", true, ['node']],
  ])('has types that compile %s', (_name, hasNodeTypes, types) => {
    const project = join(folder, `consumer-${types.length}`)
    const modules = join(project, 'node_modules')
    mkdirSync(modules, { recursive: true })
    symlinkSync(home, join(modules, 'pcap2conn'))
    if (hasNodeTypes) linkPackage(modules, '@types/node')
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(project, 'index.ts'), consumer)
    const compilerOptions = { target: 'es2022', module: 'nodenext', strict: true, noEmit: true, types }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }))
    const tsc = resolve('node_modules/typescript/bin/tsc')
    const said = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' }).stdout
    expect(said).toBe('')
  })
})

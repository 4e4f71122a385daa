import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage } from '../../../test/support/installed-package.js'

/** What README.md shows. */
const USE = `
import { compileFilter, FilterSyntaxError, framePredicate, machineOf, type Predicate } from 'pcap-filter'

const frame = new Uint8Array(60)
frame.set([0x08, 0x06], 12)

const isArp = await framePredicate('arp')
const filter = await compileFilter('arp or host example.test', { resolveHost: async () => ['192.0.2.1', '2001:db8::1'] })
const matches: Predicate = filter.forLinkType(1)
const loop: Predicate = machineOf(filter.program(1))
let column = 0
try {
  await compileFilter('tcp prot 80')
} catch (error) {
  if (!(error instanceof FilterSyntaxError)) throw error
  column = error.column
}
const found: unknown[] = [isArp(frame), isArp(new Uint8Array(60)), matches(frame, 0, 60, 60), loop(frame, 0, 60, 60), column]
export const text = JSON.stringify(found)
`

describe('the package pcap-filter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pcap-filter-packed-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const home = join(folder, 'node_modules', 'pcap-filter')
  beforeAll(() => {
    packPackage('packages/pcap-filter', folder)
    mkdirSync(join(folder, 'node_modules'))
    renameSync(join(folder, 'package'), home)
  })

  it('has its README, its licence, and no sources', () => {
    expect(readdirSync(home).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  })

  it('compiles and runs elsewhere, in a project without other packages', () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'use.ts'), USE)
    const compilerOptions = { target: 'es2022', module: 'nodenext', strict: true, types: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
    const tsc = resolve('node_modules/typescript/bin/tsc')
    expect(spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout).toBe('')
    const program = "console.log((await import('./use.js')).text)"
    const args = ['--input-type=module', '--eval', program]
    const said = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(said)).toEqual([true, false, true, true, 5])
  })

  it('runs programs where no code may be made from text', () => {
    const program = `
      import { compileFilter, machineOf } from 'pcap-filter'
      const matches = machineOf((await compileFilter('arp')).program(1))
      console.log(matches(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6), 0, 14, 14))`
    const args = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program]
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toBe('true\n')
  })
})

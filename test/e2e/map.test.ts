import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'map-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('--map', () => {
  it('writes the same map for any number of workers', async () => {
    const maps = []
    for (const workers of ['1', '2', '7']) {
      const archive = join(folder, `archive-${workers}`)
      const { code } = await runProgram([
        'fixtures',
        '--no-write',
        '-q',
        '--workers',
        workers,
        '--map',
        archive,
      ])
      expect(code).toBe(1) // some fixtures are damaged
      maps.push(readFileSync(join(archive, 'packets.map')), readFileSync(join(archive, 'inputs.json')))
      for (const name of ['connections.parquet', 'summary.json'])
        expect(existsSync(join(archive, name))).toBe(true)
    }
    expect(maps[2]).toEqual(maps[0])
    expect(maps[4]).toEqual(maps[0])
    expect(maps[3]).toEqual(maps[1])
    expect(maps[5]).toEqual(maps[1])
  })

  it('replaces no archive without --force', async () => {
    const archive = join(folder, 'archive-twice')
    const args = ['fixtures/dns.pcap', '--no-write', '-q', '--map', archive]
    expect((await runProgram(args)).code).toBe(0)
    const again = await runProgram(args)
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('file exists (use --force to replace it)')
    expect((await runProgram([...args, '--force'])).code).toBe(0)
  })
})

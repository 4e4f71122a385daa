import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readTree, runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'index-resume-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs it, and gives the files of the archive without the time that the run took. */
async function indexed(archive: string, args: readonly string[]) {
  const { code, stderr } = await runProgram(['index', join(folder, 'captures'), '-o', archive, '-q', ...args])
  expect([code, stderr]).toEqual([0, ''])
  const files = readTree(archive)
  const { seconds: _, ...summary } = JSON.parse(String(files.get('summary.json')))
  return { summary, files: new Map([...files].filter(([path]) => path !== 'summary.json')) }
}

it('lets an archive grow to what one run over all makes, and leaves one that is right', async () => {
  const captures = join(folder, 'captures')
  mkdirSync(captures)
  // A connection goes on in the second capture.
  const whole = readFileSync('fixtures/handshake.pcap')
  let first = 24
  for (let i = 0; i < 4; i++) first += 16 + whole.readUInt32LE(first + 8)
  copyFileSync('fixtures/dns.pcap', join(captures, 'a.pcap'))
  writeFileSync(join(captures, 'b.pcap'), whole.subarray(0, first))
  const archive = join(folder, 'grown')
  await indexed(archive, ['--resume'])
  const map = join(archive, 'packets.map')
  const made = statSync(map).ino
  const again = await indexed(archive, ['--resume'])
  expect(statSync(map).ino).toBe(made)
  writeFileSync(join(captures, 'c.pcap'), Buffer.concat([whole.subarray(0, 24), whole.subarray(first)]))
  const grown = await indexed(archive, ['--resume'])
  expect(grown.files).not.toEqual(again.files)
  expect(grown).toEqual(await indexed(join(folder, 'fresh'), []))
  // One that grew, and other options.
  writeFileSync(join(captures, 'b.pcap'), whole)
  const longer = await indexed(archive, ['--resume'])
  expect(longer).toEqual(await indexed(join(folder, 'longer'), []))
  const options = ['--max-bytes', '5', '--dedup', 'off']
  const other = await indexed(archive, ['--resume', ...options])
  expect(other).toEqual(await indexed(join(folder, 'other'), options))
})

it('replaces nothing that is no archive', async () => {
  const other = join(folder, 'no archive')
  mkdirSync(other)
  writeFileSync(join(other, 'summary.json'), 'mine')
  const { code, stderr } = await runProgram(['index', 'fixtures/dns.pcap', '-o', other, '-q', '--resume'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('summary.json": file exists')])
  expect(readFileSync(join(other, 'summary.json'), 'utf8')).toBe('mine')
})

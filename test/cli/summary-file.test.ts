import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeSummary } from '../../src/cli/summary-file.js'
import { OutputError } from '../../src/errors.js'
import { summaryJson } from '../../src/summary.js'
import { FakeStream } from './fake-terminal.js'
import { sampleSummary } from './sample-summary.js'

const summary = sampleSummary()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'summary-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('writeSummary() replaces the file as a whole and leaves nothing else', () => {
  const path = join(folder, 's.json')
  writeFileSync(path, 'x'.repeat(100_000))
  writeSummary(path, summary, new FakeStream())
  expect(readFileSync(path, 'utf8')).toBe(summaryJson(summary))
  expect(readdirSync(folder)).toEqual(['s.json'])
})

it('writeSummary() makes the folder', () => {
  writeSummary(join(folder, 'a/b/s.json'), summary, new FakeStream())
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['s.json'])
})

it('writeSummary() writes to standard output', () => {
  const stdout = new FakeStream()
  writeSummary('-', summary, stdout)
  expect(stdout.text).toBe(summaryJson(summary))
})

it('writeSummary() leaves a device a device', () => {
  writeSummary('/dev/null', summary, new FakeStream())
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
})

it('writeSummary() names the path that cannot be written', () => {
  const path = join(folder, 's.json')
  mkdirSync(path)
  expect(() => writeSummary(path, summary, new FakeStream())).toThrow(OutputError)
  expect(() => writeSummary(path, summary, new FakeStream())).toThrow(
    `Cannot write "${path}": illegal operation on a directory (EISDIR)`,
  )
})

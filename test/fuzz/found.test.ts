import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { failureOf, targetsOf } from './lib/run-cases.mjs'

const FOUND = join(import.meta.dirname, 'found')
const fixtures = join(import.meta.dirname, '../../fixtures')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-found-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

// Runs dist/, as fuzzing does.
it.each(readdirSync(FOUND))('%s, which failed once, fails no more', async (name) => {
  const [, target = '', salt = ''] = /^([a-z0-9]+)-([0-9a-f]{8})-/.exec(name) ?? []
  const home = join(folder, name)
  mkdirSync(home)
  const [first] = await targetsOf({ targets: [target], corpus: [], fixtures, folder: home })
  const input = readFileSync(join(FOUND, name))
  expect(await failureOf(first!, input, Number.parseInt(salt, 16))).toBe(null)
})

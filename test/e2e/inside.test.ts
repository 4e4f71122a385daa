import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { runProgram, withFolder } from '../support/program.js'
import { troubledPlan } from './traffic.js'

const HANG_MS = 30_000
const plan = troubledPlan({ connections: 120, concurrency: 40, messageBytes: 6_000, segmentBytes: 700 })
const capture = generateBytes(plan, 3).bytes

type Fields = Readonly<Record<string, string | null | undefined>>

/** The index of the capture. */
function withIndex(
  args: readonly string[],
  use: (folder: string, records: Fields[], text: string) => Promise<void> | void,
) {
  return withFolder(async (folder) => {
    writeFileSync(join(folder, 'capture.pcap'), capture)
    const all = ['capture.pcap', '-q', '-o', 'out', '--index', 'i.jsonl', ...args]
    const { code } = await runProgram(all, { cwd: folder, timeoutMs: HANG_MS })
    expect(code).toBe(0)
    const text = readFileSync(join(folder, 'i.jsonl'), 'utf8')
    const lines = text.trimEnd().split('\n')
    return use(
      folder,
      lines.map((line) => JSON.parse(line)),
      text,
    )
  })
}

describe('what is inside', () => {
  it('has with --hash the hash of the bytes that are written', () =>
    withIndex(['--hash', '-s', '--gaps', 'skip'], (folder, records) => {
      let compared = 0
      for (const record of records) {
        for (const side of ['orig', 'resp']) {
          const file = record[`${side}_file`]
          const written = file == null ? undefined : readFileSync(join(folder, 'out', file))
          const sum = written && createHash('sha256').update(written).digest('hex')
          expect(record[`${side}_sha256`]).toBe(sum)
          if (written !== undefined) compared += 1
        }
      }
      expect(compared).toBeGreaterThan(100)
    }))

  it('is the same without files, with --max-bytes, and for any number of workers', () =>
    withIndex(['--hash', '--no-write', '--workers', '1'], async (_folder, _records, one) => {
      for (const args of [
        ['--workers', '2'],
        ['--workers', '7', '--memory', '16M'],
        ['--workers', '2', '--max-bytes', '10'],
      ])
        await withIndex(['--hash', '--no-write', ...args], (_other, _same, text) => expect(text).toBe(one))
    }))

  it('has no service with --no-service, and no hash without --hash', () =>
    withIndex(['--no-write', '--no-service'], (_folder, records) => {
      for (const record of records) {
        expect(record).not.toHaveProperty('service')
        expect(record).not.toHaveProperty('orig_sha256')
      }
    }))
})

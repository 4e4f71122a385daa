import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FinishedRecords } from '../../src/library/finished-records.js'
import { openFilesBelow, tempFolder } from '../output/support.js'

const lineOf = (uid: string, bytes = 1) => `${JSON.stringify({ uid, orig_bytes: bytes, resp_bytes: 0 })}\n`

/** Everything that there is to take now. */
function takeAll(records: FinishedRecords): string[] {
  const uids: string[] = []
  for (let record = records.take(); record !== undefined; record = records.take()) uids.push(record.uid)
  return uids
}

describe('FinishedRecords', () => {
  it('reads logs while they grow, one record as soon as its line is whole', () => {
    const folder = tempFolder()
    const records = new FinishedRecords(folder)
    expect(takeAll(records)).toEqual([])
    appendFileSync(join(folder, 'finished-0.jsonl'), lineOf('ä') + lineOf('b').slice(0, 9))
    expect(takeAll(records)).toEqual(['ä'])
    appendFileSync(join(folder, 'finished-1.jsonl'), lineOf('c'))
    appendFileSync(join(folder, 'finished-0.jsonl'), lineOf('b').slice(9))
    expect(takeAll(records).sort()).toEqual(['b', 'c'])
    records.close()
    expect(openFilesBelow(folder)).toBe(0)
  })

  it('is full at 512 records, and reads the rest when they were taken', () => {
    const folder = tempFolder()
    const records = new FinishedRecords(folder)
    const uids = Array.from({ length: 30_000 }, (_, i) => `C${i}`)
    appendFileSync(join(folder, 'finished-0.jsonl'), uids.map((uid) => lineOf(uid)).join(''))
    records.readAhead()
    expect(records.isFull).toBe(true)
    expect(takeAll(records)).toEqual(uids)
    expect(records.isFull).toBe(false)
    records.close()
  })

  it('is full at 256 MiB of payload', () => {
    const folder = tempFolder()
    const records = new FinishedRecords(folder)
    appendFileSync(join(folder, 'finished-0.jsonl'), lineOf('a', 200 * 2 ** 20))
    records.readAhead()
    expect(records.isFull).toBe(false)
    appendFileSync(join(folder, 'finished-0.jsonl'), lineOf('b', 56 * 2 ** 20))
    records.readAhead()
    expect(records.isFull).toBe(true)
    records.take()
    expect(records.isFull).toBe(false)
    records.close()
  })
})

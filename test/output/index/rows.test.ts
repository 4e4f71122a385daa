import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { CommunityIdMaker } from '../../../src/output/index/community-id.js'
import type { FinishedConnection } from '../../../src/output/index/finished-connection.js'
import { GapLists } from '../../../src/output/index/gap-lists.js'
import { INDEX_FIELDS } from '../../../src/output/index/index-fields.js'
import { RowBatch } from '../../../src/output/index/row-batch.js'
import { RowWriter } from '../../../src/output/index/row-writer.js'
import { addConnection } from '../support.js'

const UID = Buffer.from('Cabcdefghijklmnopq')

/** A connection whose counters and texts are given. */
function connection(count: number, text: string | null): FinishedConnection {
  const table = new ConnectionTable()
  const connection = addConnection(table)
  table.ipBytes[0] = count
  const from = {
    connection,
    orig: 0,
    resp: 1,
    uid: UID.toString(),
    ordinal: 1,
    tunnels: '[]',
    vlans: '[1]',
    capture: text,
  }
  return {
    ...from,
    table,
    communityIds: new CommunityIdMaker(),
    gaps: new GapLists(1),
    origFile: text,
    respFile: null,
    speech: null,
    origHash: null,
    respHash: null,
  }
}

function columnOf(batch: RowBatch, name: string) {
  return batch.columns[INDEX_FIELDS.findIndex((field) => field.name === name)]!
}

describe('rows of the index', () => {
  it('give numbers and texts back, whatever they are', () => {
    const batch = new RowBatch(true, 100)
    const writer = new RowWriter()
    const number = fc.oneof(fc.nat(300), fc.maxSafeNat(), fc.constantFrom(127, 128, 2 ** 32, 2 ** 53 - 1))
    fc.assert(
      fc.property(number, fc.option(fc.string({ unit: 'binary' })), (count, text) => {
        writer.write(connection(count, text))
        batch.clear()
        for (let row = 0; row < 2; row++) batch.add(UID, 0, writer.bytes, 0, writer.length)
        const [bytes, file, other, uid] = ['orig_ip_bytes', 'orig_file', 'resp_file', 'uid'].map((name) =>
          columnOf(batch, name),
        )
        expect(bytes).toMatchObject({ form: 'number' })
        for (let row = 0; row < 2; row++) {
          if (
            bytes?.form !== 'number' ||
            file?.form !== 'text' ||
            other?.form !== 'text' ||
            uid?.form !== 'text'
          )
            throw new Error('forms')
          expect(bytes.values[row]).toBe(count)
          expect(file.isNull[row] === 1 ? null : file.text(row)).toBe(text)
          expect(other.isNull[row]).toBe(1)
          expect(uid.text(row)).toBe(UID.toString())
        }
      }),
    )
  })

  it('are refused where they are cut, too long, or none', () => {
    const writer = new RowWriter()
    writer.write(connection(1000, 'a.txt'))
    const row = Buffer.concat([writer.bytes.subarray(0, writer.length), Buffer.from([0])])
    const add = (to: number, bytes = row) => new RowBatch(true, 1).add(UID, 0, bytes, 0, to)
    add(row.length - 1)
    for (let to = 0; to <= row.length; to++)
      if (to !== row.length - 1) expect(() => add(to)).toThrow('bug: bytes that are no row of the index')
    const flags = Buffer.from(row)
    flags[0] = 4
    expect(() => add(row.length - 1, flags)).toThrow('no row')
  })

  it('never crash a reader that gets something else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          new RowBatch(true, 1).add(UID, 0, Buffer.from(bytes), 0, bytes.length)
        } catch (error) {
          expect((error as Error).message).toContain('no row')
        }
      }),
    )
  })

  it('fill a batch by their number or their bytes', () => {
    const writer = new RowWriter()
    writer.write(connection(1, 'x'.repeat(1000)))
    const addUntilFull = (batch: RowBatch) => {
      while (!batch.isFull) batch.add(UID, 0, writer.bytes, 0, writer.length)
      return batch.rows
    }
    expect(addUntilFull(new RowBatch(true, 5))).toBe(5)
    expect(addUntilFull(new RowBatch(true, 5, 2 * writer.length))).toBe(2)
  })
})

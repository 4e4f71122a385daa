import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RecordFile } from '../../src/output/record-file.js'
import { withFolder } from '../support/program.js'

it('gives the records of a file one after the other, whatever is read at once', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'records')
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.integer({ min: 1, max: 100 }),
        (records, readBytes) => {
          writeFileSync(path, Buffer.concat(records.map((record) => Buffer.of(record.length, ...record))))
          const file = new RecordFile(path, readBytes)
          const found: number[][] = []
          while (file.fill(1)) {
            const size = file.buffer[file.at]!
            expect(file.fill(1 + size)).toBe(true)
            found.push([...file.buffer.subarray(file.at + 1, file.at + 1 + size)])
            file.at += 1 + size
          }
          expect(file.isAtEnd).toBe(true)
          file.close()
          expect(found).toEqual(records.map((record) => [...record]))
        },
      ),
      { numRuns: 200 },
    )
  }))

it('says where a file ends inside a record', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'records')
    writeFileSync(path, Buffer.of(5, 1, 2))
    const file = new RecordFile(path, 1)
    expect([file.fill(1), file.fill(6), file.isAtEnd]).toEqual([true, false, false])
    file.close()
  }))

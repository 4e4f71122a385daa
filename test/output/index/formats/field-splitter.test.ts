import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../../../src/flow/connection-table.js'
import { INDEX_COLUMNS } from '../../../../src/output/index/formats/columns.js'
import { FieldSplitter, integerOf, textOf } from '../../../../src/output/index/formats/field-splitter.js'
import { GapLists } from '../../../../src/output/index/gap-lists.js'
import { IndexRecords } from '../../../../src/output/index/record-text.js'
import { addConnection } from '../../support.js'
import { anyRecord, lineOf, plainRecord } from './records.js'

function fieldsOf(line: string): Record<string, string> {
  const bytes = Buffer.from(`#${line}#`)
  const splitter = new FieldSplitter()
  splitter.split(bytes, 1, bytes.length - 1)
  return Object.fromEntries(
    INDEX_COLUMNS.map(({ name }, i) => [name, bytes.toString('utf8', splitter.from[i], splitter.to[i])]),
  )
}

describe('FieldSplitter', () => {
  it('finds in every record the values that a JSON parser finds', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = lineOf(record)
        const fields = Object.entries(fieldsOf(line)).filter(([, value]) => value !== '')
        expect(`{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}\n`).toBe(line)
      }),
      { numRuns: 1000 },
    )
  })

  it('knows the fields of the records that are written, in their order', () => {
    const table = new ConnectionTable()
    const connection = addConnection(table)
    const encaps = { describe: () => ({ vlan: [], tunnel: [] }) }
    const records = new IndexRecords(table, encaps, new GapLists(100))
    records.startCapture('a.pcap')
    const line = records.line(connection, 'Cabcdefghijklmnopq', 'a.txt', null)
    expect(Object.keys(JSON.parse(line))).toEqual(INDEX_COLUMNS.map(({ name }) => name))
    expect(fieldsOf(`${line}\n`)).toMatchObject({ ts: '1563783092.387930', capture: '"a.pcap"' })
  })

  it.each([
    ['a field that is not known', lineOf(plainRecord).replace(/}\n$/, ',"new":1}\n'), 'an unknown field'],
    ['a field that is missing', lineOf(plainRecord).replace('"vlan":[],', ''), 'no field vlan'],
    ['a line that is cut', lineOf(plainRecord).slice(0, 30), 'no field duration'],
  ])('takes %s for a bug', (_name, line, problem) => {
    expect(() => fieldsOf(line)).toThrow(`bug: ${problem} in the index record {"ts":`)
  })
})

it('textOf() and integerOf() give what a JSON parser gives', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)),
      (text, integer) => {
        const json = Buffer.from(JSON.stringify(text))
        expect(textOf(json, 0, json.length)).toBe(JSON.parse(json.toString()))
        const digits = Buffer.from(`#${integer}#`)
        expect(integerOf(digits, 1, digits.length - 1)).toBe(integer)
      },
    ),
  )
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INDEX_FIELDS } from '../../../../src/output/index/index-fields.js'
import { duckdb } from '../../../support/duckdb.js'
import { tempFolder } from '../../support.js'
import { anyRecord, lineOf, plainRecord, type TestRecord, writtenAs } from './records.js'

/** Rows of a CSV text (RFC 4180); null for a field that is empty and not quoted. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = []
  let row: (string | null)[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n)/g)) {
    row.push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain === '' ? null : plain!)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

/** A text as it stands in a cell: no control, and nothing that a spreadsheet takes for a formula. */
function cellOf(text: string): string {
  const shown = [...text].map((character) => {
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character)) return character
    const code = character.codePointAt(0)!.toString(16)
    if (code.length > 4) return `\\u{${code}}`
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
  return ['=', '+', '-', '@', '＝', '＋', '－', '＠'].includes(shown[0]!)
    ? `'${shown.join('')}`
    : shown.join('')
}

/** What a record's row holds: the values of its JSON line, texts without what is dangerous, lists as JSON. */
function expectedRow(record: TestRecord): (string | null)[] {
  const values = JSON.parse(lineOf(record))
  return INDEX_FIELDS.map(({ name }) => {
    if (name === 'ts' || name === 'duration') return record[name]
    const value = values[name] ?? null
    if (typeof value === 'string') return cellOf(value)
    return value === null ? value : JSON.stringify(value)
  })
}

describe('CsvIndex', () => {
  it('has a header line, and a line for each record', async () => {
    const text = (await writtenAs('csv', [{ ...plainRecord, gaps: [{ offset: 11, length: 7 }] }])).toString()
    expect(text.split('\n')).toEqual([
      INDEX_FIELDS.map(({ name }) => name).join(','),
      '1563783092.387930,7.612071,Cabcdefghijklmnopq,10.0.0.1,443,192.0.2.9,80,tcp,5,0,5,0,1,5,0,0,0,0,0,0,0,0,0,0,0,0,0,0,SF,"",20190722081132-TCP-10.0.0.1.443-192.0.2.9.80,' +
        'a.txt,,"[{""offset"":11,""length"":7}]",[],false,1:LQU9qZlK+B5F3KDmev6m5PMibrg=,[],[],fin,3,dns,"a\\x00",,,,,',
      '',
    ])
  })

  it('gives every value back, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), async (records) => {
        const [, ...rows] = parseCsv((await writtenAs('csv', records)).toString())
        expect(rows).toEqual(records.map(expectedRow))
      }),
      { numRuns: 500 },
    )
  })

  // [name of a capture, cell]
  it.each([
    ['=HYPERLINK("http://x","y").pcap', `"'=HYPERLINK(""http://x"",""y"").pcap"`],
    ['+1.pcap', `"'+1.pcap"`],
    ['-2+cmd|x.pcap', `"'-2+cmd|x.pcap"`],
    ['@SUM(A1).pcap', `"'@SUM(A1).pcap"`],
    ['＝1.pcap', `"'＝1.pcap"`],
    ['\t=1.pcap', '"\\x09=1.pcap"'],
    ['a\r\n=1\x7f\x9b.pcap', '"a\\x0d\\x0a=1\\x7f\\x9b.pcap"'],
    ['a\u202efdp.exe', '"a\\u202efdp.exe"'],
    ['a-b=c@d.pcap', 'a-b=c@d.pcap'],
    ['ä.pcap', '"ä.pcap"'],
  ])('writes the name %j as a cell that is text for a spreadsheet, too', async (capture, cell) => {
    const csv = (await writtenAs('csv', [{ ...plainRecord, capture }])).toString()
    expect(csv.split('\n')[1]).toMatch(new RegExp(`,fin,3,dns,"a\\\\x00",,,,,${escaped(cell)}$`))
    expect(csv.split('\n')).toHaveLength(3)
  })

  it('is read by DuckDB as it was written', async () => {
    const records = fc.sample(anyRecord, { numRuns: 200, seed: 1 }).map(withoutNul)
    const path = join(tempFolder(), 'x.csv')
    writeFileSync(path, await writtenAs('csv', records))
    const rows = await duckdb(
      `SELECT * FROM read_csv('${path}', all_varchar = true, allow_quoted_nulls = false, new_line = '\\n', quote = '"', escape = '"')`,
    )
    expect(rows.map((row) => Object.values(row))).toEqual(records.map(expectedRow))
  })
})

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

// DuckDB's reader ends a text at U+0000.
function withoutNul(record: TestRecord): TestRecord {
  return JSON.parse(JSON.stringify(record).replaceAll('\\u0000', ''))
}

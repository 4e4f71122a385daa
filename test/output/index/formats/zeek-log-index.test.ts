import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INDEX_FIELDS } from '../../../../src/output/index/index-fields.js'
import { anyRecord, lineOf, plainRecord, type TestRecord, writtenAs } from './records.js'

/** Reads a log as Zeek's input framework and zeek-cut do: header lines tell separators, fields and types. */
function parseLog(text: string): Record<string, unknown>[] {
  const lines = text.split('\n').slice(0, -1)
  const header = new Map(
    lines.filter((line) => line.startsWith('#')).map((line) => [/^#\w+/.exec(line)![0], line] as const),
  )
  expect(header.get('#separator')).toBe('#separator \\x09')
  const [, setSeparator] = header.get('#set_separator')!.split('\t')
  const [, empty] = header.get('#empty_field')!.split('\t')
  const [, unset] = header.get('#unset_field')!.split('\t')
  const [, ...fields] = header.get('#fields')!.split('\t')
  const [, ...types] = header.get('#types')!.split('\t')
  const unescaped = (value: string) =>
    value.replace(/\\x([0-9a-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const fieldValue = (type: string, value: string): unknown => {
    if (value === unset) return null
    const [, inner] = /^vector\[(\w+)\]$/.exec(type) ?? []
    if (inner !== undefined)
      return value === empty ? [] : value.split(setSeparator!).map((item) => fieldValue(inner, item))
    return value === empty ? '' : unescaped(value)
  }
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const values = line.split('\t')
      expect(values).toHaveLength(fields.length)
      return Object.fromEntries(fields.map((name, i) => [name, fieldValue(types[i]!, values[i]!)]))
    })
}

function expectedRow(record: TestRecord): Record<string, unknown> {
  const values = JSON.parse(lineOf(record))
  return Object.fromEntries(
    INDEX_FIELDS.map(({ name, kind }) => {
      const value = values[name] ?? null
      if (name === 'ts' || name === 'duration') return [name, record[name]]
      if (kind === 'boolean') return [name, value ? 'T' : 'F']
      if (kind === 'gaps') return [name, record.gaps === value ? [] : value.map(gapText)]
      if (Array.isArray(value)) return [name, value.map(String)]
      return [name, value === null ? null : String(value)]
    }),
  )
}

function gapText({ offset, length }: { offset: number; length: number }): string {
  return `${offset}:${length}`
}

describe('ZeekLogIndex', () => {
  it('has the header of a conn.log, and a line for each record', async () => {
    const record = {
      ...plainRecord,
      gaps: [{ offset: 11, length: 7 }],
      vlan: [10, 20],
      tunnel: ['gre', 'a,b'],
    }
    const lines = (await writtenAs('log', [record])).toString().split('\n')
    expect(lines.slice(0, 5)).toEqual([
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tconn',
    ])
    expect(lines[5]).toMatch(/^#fields\tts\tduration\tuid\tid\.orig_h\tid\.orig_p\t.*\tcapture$/)
    expect(lines[6]).toMatch(/^#types\ttime\tinterval\tstring\taddr\tport\t.*\tstring$/)
    expect(lines.slice(7)).toEqual([
      '1563783092.387930\t7.612071\tCabcdefghijklmnopq\t10.0.0.1\t443\t192.0.2.9\t80\ttcp\t5\t0\t5\t0\t1\t5\t0\t0\t0\t0' +
        '\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\tSF\t(empty)\t20190722081132-TCP-10.0.0.1.443-192.0.2.9.80\ta.txt\t-\t11:7\t(empty)\tF\t1:LQU9qZlK+B5F3KDmev6m5PMibrg=\tgre,a\\x2cb\t10,20\tfin\t3\tdns\ta\\x5cx00\t-\t-\t-\t-\t-',
      '',
    ])
  })

  // [text, how it stands in the log]
  it.each([
    ['-', '\\x2d'],
    ['(empty)', '\\x28empty)'],
    ['', '(empty)'],
    ['--', '--'],
    ['a\tb\nc', 'a\\x09b\\x0ac'],
    ['\\x2d', '\\x5cx2d'],
    ['ä€', 'ä€'],
    ['\x7f', '\\x7f'],
  ])('writes the text %j as %s', async (text, shown) => {
    const log = (await writtenAs('log', [{ ...plainRecord, capture: text }])).toString()
    expect(log.trimEnd().split('\t').at(-1)).toBe(shown)
  })

  it('gives every value back, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 3 }), async (records) => {
        expect(parseLog((await writtenAs('log', records)).toString())).toEqual(records.map(expectedRow))
      }),
      { numRuns: 500 },
    )
  })
})

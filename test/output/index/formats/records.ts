import fc from 'fast-check'
import { ByteBuilder } from '../../../../src/output/byte-builder.js'
import { createIndexFormat, type IndexFormat } from '../../../../src/output/index/formats/index-format.js'
import { INDEX_FIELDS } from '../../../../src/output/index/index-fields.js'
import { RowBatch } from '../../../../src/output/index/row-batch.js'
import { RowFlag } from '../../../../src/output/index/row-writer.js'

interface Gap {
  readonly offset: number
  readonly length: number
}

/** An index record; its times as the text that stands in the line. */
export interface TestRecord {
  readonly ts: string
  readonly duration: string
  readonly uid: string
  readonly proto: string
  /** Addresses are IPv6. */
  readonly isIpv6: boolean
  readonly port: number
  readonly count: number
  readonly file: string | null
  readonly gaps: readonly Gap[]
  readonly truncated: boolean
  readonly tunnel: readonly string[]
  readonly vlan: readonly number[]
  /** Undefined: the line lacks the field. */
  readonly capture: string | undefined
}

export const plainRecord: TestRecord = {
  ts: '1563783092.387930',
  duration: '7.612071',
  uid: 'Cabcdefghijklmnopq',
  proto: 'tcp',
  isIpv6: false,
  port: 443,
  count: 5,
  file: 'a.txt',
  gaps: [],
  truncated: false,
  tunnel: [],
  vlan: [],
  capture: undefined,
}

/** The record's line of JSON. */
export function lineOf(record: TestRecord): string {
  const { ts, duration, uid, proto, isIpv6, port, count, file, gaps, truncated, tunnel, vlan, capture } =
    record
  const json = JSON.stringify({
    uid,
    'id.orig_h': isIpv6 ? '2001:db8::1' : '10.0.0.1',
    'id.orig_p': port,
    'id.resp_h': isIpv6 ? '::ffff:192.0.2.9' : '192.0.2.9',
    'id.resp_p': 80,
    proto,
    orig_pkts: count,
    resp_pkts: 0,
    orig_ip_bytes: count,
    resp_ip_bytes: 0,
    orig_bytes: 1,
    resp_bytes: count,
    orig_missed_bytes: 0,
    resp_missed_bytes: 0,
    missed_bytes: 0,
    orig_retrans_bytes: 0,
    resp_retrans_bytes: 0,
    overlap_conflicts: 0,
    orig_captured_bytes: 0,
    resp_captured_bytes: 0,
    orig_conflict_bytes: 0,
    resp_conflict_bytes: 0,
    orig_dup_pkts: 0,
    resp_dup_pkts: 0,
    orig_outside_bytes: 0,
    resp_outside_bytes: 0,
    conn_state: 'SF',
    history: '',
    name: '20190722081132-TCP-10.0.0.1.443-192.0.2.9.80',
    orig_file: file,
    resp_file: null,
    orig_gaps: gaps,
    resp_gaps: [],
    gaps_truncated: truncated,
    community_id: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    tunnel,
    vlan,
    close_reason: 'fin',
    icmp_errors: 3,
    service: 'dns',
    server_name: 'a\\x00',
    capture,
  })
  return `{"ts":${ts},"duration":${duration},${json.slice(1)}\n`
}

const ADDRESSES: Readonly<Record<string, readonly number[]>> = {
  '10.0.0.1': [0x0a000001],
  '192.0.2.9': [0xc0000209],
  '2001:db8::1': [0x20010db8, 0, 0, 1],
  '::ffff:192.0.2.9': [0, 0, 0xffff, 0xc0000209],
}

/** Adds a row with the values of a record. */
export function addRow(batch: RowBatch, record: TestRecord): void {
  const row = batch.rows
  const values = JSON.parse(lineOf(record))
  const isNanosecond = record.ts.split('.')[1]!.length === 9
  batch.flags[row] = (record.isIpv6 ? RowFlag.IPV6 : 0) | (isNanosecond ? RowFlag.NANOSECOND : 0)
  for (const [i, field] of INDEX_FIELDS.entries()) {
    const column = batch.columns[i]!
    const value = values[field.name] ?? null
    if (column.form === 'number') column.values[row] = Number(value)
    else if (column.form === 'word')
      column.values[row] = field.form === 'word' ? field.words.indexOf(value) : -1
    else if (column.form === 'address') column.words.set(ADDRESSES[value]!, 4 * row)
    else if (column.form === 'time') {
      const text = field.name === 'ts' ? record.ts : record.duration
      const [whole, fraction] = text.replace('-', '').split('.')
      const nsec = Number(fraction!.padEnd(9, '0'))
      const isBelow = text.startsWith('-') && nsec > 0
      column.sec[row] = text.startsWith('-') ? -Number(whole) - (isBelow ? 1 : 0) : Number(whole)
      column.nsec[row] = isBelow ? 1e9 - nsec : nsec
    } else if (value === null) {
      column.setNull(row)
    } else {
      const isEmpty = Array.isArray(value) && value.length === 0
      const bytes = Buffer.from(isEmpty ? '' : typeof value === 'string' ? value : JSON.stringify(value))
      column.set(row, bytes, 0, bytes.length)
    }
  }
  batch.rows += 1
}

const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER))
const text = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '(empty)',
    '-x',
    '=1',
    '@a',
    '+',
    '\u202e',
    '(',
    'a,b',
    '"',
    '\\x2d',
    '\\',
    'tab\there',
    'line\nfeed\r',
    '€ä',
    '😀',
    '\x7f',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', '\n', '\t', '\x01', '-'), maxLength: 6 }),
)

const anyParts: fc.Arbitrary<TestRecord> = fc.record({
  ts: fc
    .tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.nat(999_999), fc.constantFrom('', '000', '001', '999'))
    .map(([sec, usec, nsec]) => `${sec}.${String(usec).padStart(6, '0')}${nsec}`),
  duration: fc
    .tuple(fc.nat(), fc.nat(999_999))
    .map(([sec, usec]) => `${sec}.${String(usec).padStart(6, '0')}`),
  uid: fc.string({ unit: fc.constantFrom('a', 'B', '0'), minLength: 18, maxLength: 18 }),
  proto: fc.constantFrom('tcp', 'udp', 'ip(99)'),
  isIpv6: fc.boolean(),
  port: fc.nat(65_535),
  count,
  file: fc.option(text),
  gaps: fc.array(fc.record({ offset: count, length: count }), { maxLength: 3 }),
  truncated: fc.boolean(),
  tunnel: fc.array(
    text.filter((item) => item !== ''),
    { maxLength: 3 },
  ),
  vlan: fc.array(fc.nat(4095), { maxLength: 3 }),
  capture: fc.option(text, { nil: undefined }),
})

/** Times of a connection have as many decimals as each other. */
export const anyRecord = anyParts.map((record) => {
  const decimals = record.ts.length - record.ts.indexOf('.') - 1
  return decimals === 9 ? { ...record, duration: `${record.duration}007` } : record
})

/** What a format makes of records, in batches of so many. Each batch is spoiled after the call. */
export function written(format: IndexFormat, records: readonly TestRecord[], rows = 16_384): Buffer {
  const out = new ByteBuilder()
  const batch = new RowBatch(true, rows)
  format.begin(out)
  for (const [i, record] of records.entries()) {
    addRow(batch, record)
    if (!batch.isFull && i < records.length - 1) continue
    format.write(batch, out)
    batch.clear()
    for (const column of batch.columns) if (column.form === 'text') column.bytes.fill(0x21)
  }
  format.finish(out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

export async function writtenAs(
  name: Parameters<typeof createIndexFormat>[0],
  records: readonly TestRecord[],
): Promise<Buffer> {
  return written(await createIndexFormat(name), records)
}

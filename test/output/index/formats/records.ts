import fc from 'fast-check'
import { ByteBuilder } from '../../../../src/output/byte-builder.js'
import { createIndexFormat, type IndexFormat } from '../../../../src/output/index/formats/index-format.js'

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
  port: 443,
  count: 5,
  file: 'a.txt',
  gaps: [],
  truncated: false,
  tunnel: [],
  vlan: [],
  capture: undefined,
}

/** The record's line as `IndexRecords` writes it. */
export function lineOf(record: TestRecord): string {
  const { ts, duration, uid, proto, port, count, file, gaps, truncated, tunnel, vlan, capture } = record
  const json = JSON.stringify({
    uid,
    'id.orig_h': '10.0.0.1',
    'id.orig_p': port,
    'id.resp_h': '2001:db8::1',
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
    capture,
  })
  return `{"ts":${ts},"duration":${duration},${json.slice(1)}\n`
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

export const anyRecord: fc.Arbitrary<TestRecord> = fc.record({
  ts: fc
    .tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.nat(999_999), fc.constantFrom('', '000', '001', '999'))
    .map(([sec, usec, nsec]) => `${sec}.${String(usec).padStart(6, '0')}${nsec}`),
  duration: fc
    .tuple(fc.nat(), fc.nat(999_999))
    .map(([sec, usec]) => `${sec}.${String(usec).padStart(6, '0')}`),
  uid: fc.string({ unit: fc.constantFrom('a', 'B', '0'), minLength: 18, maxLength: 18 }),
  proto: fc.constantFrom('tcp', 'udp', 'ip(99)'),
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

/** What a format makes of lines. Every line is spoiled when the next one comes. */
export function written(format: IndexFormat, lines: Iterable<string>): Buffer {
  const out = new ByteBuilder()
  format.begin(out)
  for (const line of lines) {
    const bytes = Buffer.from(`##${line}##`)
    format.add(bytes, 2, bytes.length - 2, out)
    bytes.fill(0x21)
  }
  format.finish(out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

export async function writtenAs(
  name: Parameters<typeof createIndexFormat>[0],
  records: readonly TestRecord[],
): Promise<Buffer> {
  return written(await createIndexFormat(name), records.map(lineOf))
}

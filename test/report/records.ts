import type { ConnectionRecord } from '../../src/report/connection-record.js'

/** An index record with every field, as an object of its line. */
export function indexFields(given: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ts: 1_709_632_800.25,
    duration: 1.5,
    uid: 'CaBNMkjuPlhRd5FX2j',
    'id.orig_h': '192.0.2.1',
    'id.orig_p': 40_000,
    'id.resp_h': '198.51.100.1',
    'id.resp_p': 80,
    proto: 'tcp',
    orig_pkts: 3,
    resp_pkts: 4,
    orig_ip_bytes: 300,
    resp_ip_bytes: 400,
    orig_bytes: 100,
    resp_bytes: 200,
    orig_missed_bytes: 0,
    resp_missed_bytes: 0,
    missed_bytes: 0,
    orig_retrans_bytes: 0,
    resp_retrans_bytes: 0,
    overlap_conflicts: 0,
    orig_captured_bytes: 100,
    resp_captured_bytes: 200,
    orig_conflict_bytes: 0,
    resp_conflict_bytes: 0,
    orig_dup_pkts: 0,
    resp_dup_pkts: 0,
    orig_outside_bytes: 0,
    resp_outside_bytes: 0,
    conn_state: 'SF',
    history: 'ShADadFf',
    orig_file: 'a.txt',
    resp_file: 'a.txt',
    orig_gaps: [],
    resp_gaps: [],
    gaps_truncated: false,
    community_id: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    tunnel: [],
    vlan: [],
    close_reason: 'fin',
    icmp_errors: 0,
    ...given,
  }
}

/** The lines of an index. */
export function indexText(records: readonly Readonly<Record<string, unknown>>[]): string {
  return records.map((record) => `${JSON.stringify(indexFields(record))}\n`).join('')
}

/** A record as it is read. */
export function connectionRecord(given: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    ts: 1_709_632_800.25,
    duration: 1.5,
    uid: 'CaBNMkjuPlhRd5FX2j',
    origHost: '192.0.2.1',
    origPort: 40_000,
    respHost: '198.51.100.1',
    respPort: 80,
    proto: 'tcp',
    packets: 7,
    origBytes: 100,
    respBytes: 200,
    missedBytes: 0,
    capturedBytes: 300,
    retransBytes: 0,
    conflicts: 0,
    outsideBytes: 0,
    copies: 0,
    state: 'SF',
    service: '',
    serverName: '',
    closeReason: 'fin',
    tunnel: [],
    origFile: 'a.txt',
    respFile: 'a.txt',
    ...given,
  }
}

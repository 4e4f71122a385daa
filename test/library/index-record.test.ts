import { expect, it } from 'vitest'
import type { IndexRecord } from '../../src/library/index-record.js'
import { INDEX_FIELDS } from '../../src/output/index/index-fields.js'

/** Every field of the type; the compiler refuses one too few and one too many. */
const FIELDS: Readonly<Record<keyof Required<IndexRecord>, true>> = {
  ts: true,
  duration: true,
  uid: true,
  'id.orig_h': true,
  'id.orig_p': true,
  'id.resp_h': true,
  'id.resp_p': true,
  proto: true,
  orig_pkts: true,
  resp_pkts: true,
  orig_ip_bytes: true,
  resp_ip_bytes: true,
  orig_bytes: true,
  resp_bytes: true,
  orig_missed_bytes: true,
  resp_missed_bytes: true,
  missed_bytes: true,
  orig_retrans_bytes: true,
  resp_retrans_bytes: true,
  overlap_conflicts: true,
  orig_captured_bytes: true,
  resp_captured_bytes: true,
  orig_conflict_bytes: true,
  resp_conflict_bytes: true,
  orig_dup_pkts: true,
  resp_dup_pkts: true,
  orig_outside_bytes: true,
  resp_outside_bytes: true,
  conn_state: true,
  history: true,
  name: true,
  orig_file: true,
  resp_file: true,
  orig_gaps: true,
  resp_gaps: true,
  gaps_truncated: true,
  community_id: true,
  tunnel: true,
  vlan: true,
  close_reason: true,
  icmp_errors: true,
  service: true,
  server_name: true,
  alpn: true,
  ja4: true,
  orig_sha256: true,
  resp_sha256: true,
  capture: true,
}

it('IndexRecord has the fields of the index', () => {
  expect(Object.keys(FIELDS)).toEqual(INDEX_FIELDS.map(({ name }) => name))
})

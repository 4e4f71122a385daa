/**
 * The content of a column: seconds since 1970 (`time`) or a duration in seconds (`interval`), with 6 or 9 decimals; one
 * of a few names (`word`); an address; any text; an integer below 2^31 (`port`) or 2^53 (`count`); lists.
 */
export type ColumnKind =
  | 'time'
  | 'interval'
  | 'word'
  | 'address'
  | 'text'
  | 'port'
  | 'count'
  | 'boolean'
  | 'gaps'
  | 'texts'
  | 'ports'

/** One field of the index record. */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** True when the field may be null. */
  readonly isNullable?: true
  /** True when records of some runs lack the field; columns have null there. */
  readonly isOptional?: true
}

/** The fields of the index record, in order. */
export const INDEX_COLUMNS: readonly Column[] = [
  { name: 'ts', kind: 'time' },
  { name: 'duration', kind: 'interval' },
  { name: 'uid', kind: 'text' },
  { name: 'id.orig_h', kind: 'address' },
  { name: 'id.orig_p', kind: 'port' },
  { name: 'id.resp_h', kind: 'address' },
  { name: 'id.resp_p', kind: 'port' },
  { name: 'proto', kind: 'word' },
  { name: 'orig_pkts', kind: 'count' },
  { name: 'resp_pkts', kind: 'count' },
  { name: 'orig_ip_bytes', kind: 'count' },
  { name: 'resp_ip_bytes', kind: 'count' },
  { name: 'orig_bytes', kind: 'count' },
  { name: 'resp_bytes', kind: 'count' },
  { name: 'orig_missed_bytes', kind: 'count' },
  { name: 'resp_missed_bytes', kind: 'count' },
  { name: 'missed_bytes', kind: 'count' },
  { name: 'orig_retrans_bytes', kind: 'count' },
  { name: 'resp_retrans_bytes', kind: 'count' },
  { name: 'overlap_conflicts', kind: 'count' },
  { name: 'orig_captured_bytes', kind: 'count' },
  { name: 'resp_captured_bytes', kind: 'count' },
  { name: 'orig_conflict_bytes', kind: 'count' },
  { name: 'resp_conflict_bytes', kind: 'count' },
  { name: 'orig_dup_pkts', kind: 'count' },
  { name: 'resp_dup_pkts', kind: 'count' },
  { name: 'orig_outside_bytes', kind: 'count' },
  { name: 'resp_outside_bytes', kind: 'count' },
  { name: 'conn_state', kind: 'text' },
  { name: 'history', kind: 'text' },
  { name: 'orig_file', kind: 'text', isNullable: true },
  { name: 'resp_file', kind: 'text', isNullable: true },
  { name: 'orig_gaps', kind: 'gaps' },
  { name: 'resp_gaps', kind: 'gaps' },
  { name: 'gaps_truncated', kind: 'boolean' },
  { name: 'community_id', kind: 'text' },
  { name: 'tunnel', kind: 'texts' },
  { name: 'vlan', kind: 'ports' },
  { name: 'close_reason', kind: 'text' },
  { name: 'icmp_errors', kind: 'count' },
  { name: 'capture', kind: 'text', isNullable: true, isOptional: true },
]

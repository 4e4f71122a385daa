import { ADDRESS_WORDS, CLOSE_REASONS, ConnectionFlag, HISTORY_BYTES } from '../../flow/connection-table.js'
import { protocolName } from '../../wire/protocol-names.js'
import { CONN_STATES } from '../conn-state.js'
import { splitDifference } from '../time-text.js'
import { conflictBytes, retransBytes, stateText } from './connection-values.js'
import {
  address,
  baseName,
  boolean,
  bytes,
  count,
  type IndexField,
  list,
  optionalText,
  port,
  text,
  textOrNull,
  time,
  uid,
  word,
} from './field.js'
import type { FinishedConnection } from './finished-connection.js'

const PROTOCOLS = Array.from({ length: 256 }, (_, protocol) => protocolName(protocol))
const STATES = new Map(CONN_STATES.map((state, i) => [state as string, i]))

/**
 * The fields of the index record, in their order. This is the only list of them: workers hand over, sort and write what
 * stands here, every format has a column for each, `--where` asks for them. A new field is a row: its name, its kind by the
 * function that makes it (`field.ts`), and how its value is had of a finished connection (`finished-connection.ts`).
 *
 * Its type for programs is in `library/index-record.ts`, its meaning for users in `docs/outputs.md`.
 */
export const INDEX_FIELDS: readonly IndexField[] = [
  time('ts', 'time', ({ table, connection: c }, out) =>
    splitDifference(table.firstSec[c]!, table.firstNsec[c]!, 0, 0, isNanosecond(table.flags[c]!), out),
  ),
  time('duration', 'interval', ({ table: t, connection: c }, out) =>
    splitDifference(
      t.lastSec[c]!,
      t.lastNsec[c]!,
      t.firstSec[c]!,
      t.firstNsec[c]!,
      isNanosecond(t.flags[c]!),
      out,
    ),
  ),
  uid('uid'),
  address('id.orig_h', ({ connection }) => ADDRESS_WORDS * connection),
  port('id.orig_p', ({ table, orig }) => table.port[orig]!),
  address('id.resp_h', ({ connection }) => ADDRESS_WORDS * connection + ADDRESS_WORDS / 2),
  port('id.resp_p', ({ table, resp }) => table.port[resp]!),
  word('proto', 'word', PROTOCOLS, ({ table, connection }) => table.protocol[connection]!),
  count('orig_pkts', ({ table, orig }) => table.packets[orig]!),
  count('resp_pkts', ({ table, resp }) => table.packets[resp]!),
  count('orig_ip_bytes', ({ table, orig }) => table.ipBytes[orig]!),
  count('resp_ip_bytes', ({ table, resp }) => table.ipBytes[resp]!),
  count('orig_bytes', ({ table, orig }) => table.payloadBytes[orig]!),
  count('resp_bytes', ({ table, resp }) => table.payloadBytes[resp]!),
  count('orig_missed_bytes', ({ table, orig }) => table.missedBytes[orig]!),
  count('resp_missed_bytes', ({ table, resp }) => table.missedBytes[resp]!),
  count('missed_bytes', ({ table, orig, resp }) => table.missedBytes[orig]! + table.missedBytes[resp]!),
  count('orig_retrans_bytes', ({ table, orig }) => retransBytes(table, orig)),
  count('resp_retrans_bytes', ({ table, resp }) => retransBytes(table, resp)),
  count('overlap_conflicts', ({ table, connection }) => conflictBytes(table, connection)),
  count('orig_captured_bytes', ({ table, orig }) => table.capturedBytes[orig]!),
  count('resp_captured_bytes', ({ table, resp }) => table.capturedBytes[resp]!),
  count('orig_conflict_bytes', ({ table, orig }) => table.conflictBytes[orig]!),
  count('resp_conflict_bytes', ({ table, resp }) => table.conflictBytes[resp]!),
  count('orig_dup_pkts', ({ table, orig }) => table.copies[orig]!),
  count('resp_dup_pkts', ({ table, resp }) => table.copies[resp]!),
  count('orig_outside_bytes', ({ table, orig }) => table.outsideBytes[orig]!),
  count('resp_outside_bytes', ({ table, resp }) => table.outsideBytes[resp]!),
  word(
    'conn_state',
    'text',
    CONN_STATES,
    ({ table, connection }) => STATES.get(stateText(table, connection))!,
  ),
  bytes('history', {
    bytes: ({ table }) => table.history,
    start: ({ connection }) => HISTORY_BYTES * connection,
    length: ({ table, connection }) => table.historyLength[connection]!,
  }),
  baseName('name', ({ ordinal }) => ordinal),
  textOrNull('orig_file', ({ origFile }) => origFile),
  textOrNull('resp_file', ({ respFile }) => respFile),
  list('orig_gaps', 'gaps', ({ gaps, orig }) => gapsJson(gaps.of(orig))),
  list('resp_gaps', 'gaps', ({ gaps, resp }) => gapsJson(gaps.of(resp))),
  boolean('gaps_truncated', areGapsCut),
  text('community_id', ({ table, connection, communityIds }) => communityIds.communityId(table, connection)),
  list('tunnel', 'texts', ({ tunnels }) => tunnels),
  list('vlan', 'ports', ({ vlans }) => vlans),
  word('close_reason', 'text', CLOSE_REASONS, ({ table, connection }) => table.closeReason[connection]!),
  count('icmp_errors', ({ table, connection }) => table.icmpErrors[connection]!),
  optionalText('service', ({ speech }) => speech?.service ?? null, 'word'),
  optionalText('server_name', ({ speech }) => speech?.serverName ?? null),
  optionalText('alpn', ({ speech }) => speech?.alpn ?? null),
  optionalText('ja4', ({ speech }) => speech?.ja4 ?? null),
  optionalText('orig_sha256', ({ origHash }) => origHash),
  optionalText('resp_sha256', ({ respHash }) => respHash),
  optionalText('capture', ({ capture }) => capture),
]

/** True when the record lists fewer gaps than there were. */
export function areGapsCut({ table, gaps, orig, resp }: FinishedConnection): boolean {
  return table.gaps[orig]! > gaps.of(orig).length / 2 || table.gaps[resp]! > gaps.of(resp).length / 2
}

function isNanosecond(flags: number): boolean {
  return (flags & ConnectionFlag.NANOSECOND) !== 0
}

// A list that is a number after the other: offset and length of each gap.
function gapsJson(gaps: readonly number[]): string {
  let json = '['
  for (let i = 0; i < gaps.length; i += 2)
    json += `${i === 0 ? '' : ','}{"offset":${gaps[i]},"length":${gaps[i + 1]}}`
  return `${json}]`
}

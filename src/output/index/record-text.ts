import {
  ADDRESS_WORDS,
  CLOSE_REASONS,
  ConnectionFlag,
  type ConnectionTable,
  HISTORY_BYTES,
} from '../../flow/connection-table.js'
import { safeJson } from '../../safe-json.js'
import { protocolName } from '../../wire/protocol-names.js'
import { connState } from '../conn-state.js'
import { addressText } from '../ip-text.js'
import { differenceText, secondsText } from '../time-text.js'
import { CommunityIdMaker } from './community-id.js'
import type { GapLists } from './gap-lists.js'

/** More than there are numbers of outer headers. */
const ENCAP_IDS = 2 ** 16
/** Texts of outer headers that are remembered. */
const MAX_ENCAP_TEXTS = 4096

/** Describes outer headers by their number, see `EncapTable`. */
export interface EncapReader {
  describe(id: number): { readonly vlan: readonly number[]; readonly tunnel: readonly string[] }
}

/** Zeek's `history` of a connection. */
export function historyText(table: ConnectionTable, connection: number): string {
  const from = connection * HISTORY_BYTES
  return String.fromCharCode(...table.history.subarray(from, from + (table.historyLength[connection] ?? 0)))
}

/** Zeek's `conn_state` of a connection. */
export function stateText(table: ConnectionTable, connection: number): string {
  const { protocol, halfSeen, packets } = table
  const orig = 2 * connection
  return connState(
    protocol[connection] ?? 0,
    halfSeen[orig] ?? 0,
    halfSeen[orig + 1] ?? 0,
    packets[orig] ?? 0,
    packets[orig + 1] ?? 0,
  )
}

/** Bytes of a half-stream that were seen again. */
export function retransBytes(table: ConnectionTable, half: number): number {
  return (table.repeatedBytes[half] ?? 0) + (table.conflictBytes[half] ?? 0)
}

/** Bytes of a connection that were seen again with other content. */
export function conflictBytes(table: ConnectionTable, connection: number): number {
  return (table.conflictBytes[2 * connection] ?? 0) + (table.conflictBytes[2 * connection + 1] ?? 0)
}

/** Writes the index record of a connection: one line of JSON. */
export class IndexRecords {
  readonly #table: ConnectionTable
  readonly #encaps: EncapReader
  readonly #gaps: GapLists
  readonly #communityIds = new CommunityIdMaker()
  /** The fields of outer headers, by the numbers of those of both sides. */
  readonly #encapTexts = new Map<number, string>()
  #captureField = ''
  /** JSON of a path: only a folder named after an input may have characters to escape. */
  #pathJson: (path: string | null) => string = JSON.stringify

  constructor(table: ConnectionTable, encaps: EncapReader, gaps: GapLists) {
    this.#table = table
    this.#encaps = encaps
    this.#gaps = gaps
  }

  /** @param captureName Value of the field `capture` from now on; null: there is none. */
  startCapture(captureName: string | null): void {
    this.#captureField = captureName === null ? '' : `,"capture":${safeJson(captureName)}`
    this.#pathJson = captureName === null ? JSON.stringify : safeJson
  }

  /**
   * @param origFile Path of the originator's file below the output folder, with `/`, or null.
   * @returns The line without its end.
   */
  line(connection: number, uid: string, origFile: string | null, respFile: string | null): string {
    const t = this.#table
    const orig = 2 * connection
    const resp = orig + 1
    const flags = t.flags[connection] ?? 0
    const isIpv6 = (flags & ConnectionFlag.IPV6) !== 0
    const isNanosecond = (flags & ConnectionFlag.NANOSECOND) !== 0
    const sec = t.firstSec[connection] ?? 0
    const nsec = t.firstNsec[connection] ?? 0
    const lastSec = t.lastSec[connection] ?? 0
    const lastNsec = t.lastNsec[connection] ?? 0
    const at = ADDRESS_WORDS * connection
    return (
      `{"ts":${secondsText(sec, nsec, isNanosecond)}` +
      `,"duration":${differenceText(lastSec, lastNsec, sec, nsec, isNanosecond)}` +
      `,"uid":"${uid}"` +
      `,"id.orig_h":"${addressText(t.address, at, isIpv6)}","id.orig_p":${t.port[orig]}` +
      `,"id.resp_h":"${addressText(t.address, at + ADDRESS_WORDS / 2, isIpv6)}","id.resp_p":${t.port[resp]}` +
      `,"proto":${JSON.stringify(protocolName(t.protocol[connection] ?? 0))}` +
      `,"orig_pkts":${t.packets[orig]},"resp_pkts":${t.packets[resp]}` +
      `,"orig_ip_bytes":${t.ipBytes[orig]},"resp_ip_bytes":${t.ipBytes[resp]}` +
      `,"orig_bytes":${t.payloadBytes[orig]},"resp_bytes":${t.payloadBytes[resp]}` +
      `,"orig_missed_bytes":${t.missedBytes[orig]},"resp_missed_bytes":${t.missedBytes[resp]}` +
      `,"missed_bytes":${(t.missedBytes[orig] ?? 0) + (t.missedBytes[resp] ?? 0)}` +
      `,"orig_retrans_bytes":${retransBytes(t, orig)},"resp_retrans_bytes":${retransBytes(t, resp)}` +
      `,"overlap_conflicts":${conflictBytes(t, connection)}` +
      `,"orig_captured_bytes":${t.capturedBytes[orig]},"resp_captured_bytes":${t.capturedBytes[resp]}` +
      `,"orig_conflict_bytes":${t.conflictBytes[orig]},"resp_conflict_bytes":${t.conflictBytes[resp]}` +
      `,"orig_dup_pkts":${t.copies[orig]},"resp_dup_pkts":${t.copies[resp]}` +
      `,"orig_outside_bytes":${t.outsideBytes[orig]},"resp_outside_bytes":${t.outsideBytes[resp]}` +
      `,"conn_state":"${stateText(t, connection)}","history":"${historyText(t, connection)}"` +
      `,"orig_file":${this.#pathJson(origFile)},"resp_file":${this.#pathJson(respFile)}` +
      `,"orig_gaps":${gapsText(this.#gaps.of(orig))},"resp_gaps":${gapsText(this.#gaps.of(resp))}` +
      `,"gaps_truncated":${this.areGapsCut(connection)}` +
      `,"community_id":"${this.#communityIds.communityId(t, connection)}"` +
      `,${this.#encapText(connection)}` +
      `,"close_reason":"${CLOSE_REASONS[t.closeReason[connection] ?? 0]}"` +
      `,"icmp_errors":${t.icmpErrors[connection]}${this.#captureField}}`
    )
  }

  /** True when the record lists fewer gaps than there were. */
  areGapsCut(connection: number): boolean {
    const { gaps } = this.#table
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      if ((gaps[half] ?? 0) > this.#gaps.of(half).length / 2) return true
    }
    return false
  }

  #encapText(connection: number): string {
    const { encapId, packets, flags } = this.#table
    const first = 2 * connection + (flags[connection]! & ConnectionFlag.FLIPPED ? 1 : 0)
    const id = encapId[first]!
    const otherId = packets[first ^ 1] === 0 ? id : encapId[first ^ 1]!
    const key = id * ENCAP_IDS + otherId
    let text = this.#encapTexts.get(key)
    if (text === undefined) {
      const { vlan, tunnel } = this.#encaps.describe(id)
      const others = id === otherId ? [] : this.#encaps.describe(otherId).vlan
      const ids = [...vlan, ...others.filter((other) => !vlan.includes(other))]
      text = `"tunnel":${JSON.stringify(tunnel)},"vlan":${JSON.stringify(ids)}`
      if (this.#encapTexts.size >= MAX_ENCAP_TEXTS) this.#encapTexts.clear()
      this.#encapTexts.set(key, text)
    }
    return text
  }
}

function gapsText(list: readonly number[]): string {
  let text = '['
  for (let i = 0; i < list.length; i += 2) {
    text += `${i === 0 ? '' : ','}{"offset":${list[i]},"length":${list[i + 1]}}`
  }
  return `${text}]`
}

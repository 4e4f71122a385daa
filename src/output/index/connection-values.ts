import { type ConnectionTable, HISTORY_BYTES } from '../../flow/connection-table.js'
import { type ConnState, connState } from '../conn-state.js'

/** Zeek's `history` of a connection. */
export function historyText(table: ConnectionTable, connection: number): string {
  const from = connection * HISTORY_BYTES
  const to = from + table.historyLength[connection]!
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(table.history[at]!)
  return text
}

/** Zeek's `conn_state` of a connection. */
export function stateText({ protocol, halfSeen, packets }: ConnectionTable, connection: number): ConnState {
  const orig = 2 * connection
  const resp = orig + 1
  return connState(protocol[connection]!, halfSeen[orig]!, halfSeen[resp]!, packets[orig]!, packets[resp]!)
}

/** Bytes of a half-stream that were seen again. */
export function retransBytes(table: ConnectionTable, half: number): number {
  return table.repeatedBytes[half]! + table.conflictBytes[half]!
}

/** Bytes of a connection that were seen again with other content. */
export function conflictBytes(table: ConnectionTable, connection: number): number {
  return table.conflictBytes[2 * connection]! + table.conflictBytes[2 * connection + 1]!
}

import { ADDRESS_WORDS, ConnectionFlag, type ConnectionTable } from '../flow/connection-table.js'

const HALF = ADDRESS_WORDS / 2

/** Words of an unordered 5-tuple. */
export const TUPLE_WORDS = ADDRESS_WORDS + 2

/** Writes a connection's 5-tuple to the first {@link TUPLE_WORDS} words. Both directions give the same words. */
export function writeTuple(table: ConnectionTable, connection: number, words: Uint32Array): void {
  const { address, port } = table
  const first = isSecondLower(table, connection) ? 1 : 0
  const at = ADDRESS_WORDS * connection
  for (let i = 0; i < HALF; i++) {
    words[i] = address[at + HALF * first + i]!
    words[HALF + i] = address[at + HALF * (first ^ 1) + i]!
  }
  words[ADDRESS_WORDS] = (port[2 * connection + first]! << 16) | port[2 * connection + (first ^ 1)]!
  const version = table.flags[connection]! & ConnectionFlag.IPV6 ? 6 : 4
  words[ADDRESS_WORDS + 1] = (table.protocol[connection]! << 8) | version
}

// Endpoints are ordered by address, then by port.
function isSecondLower({ address, port }: ConnectionTable, connection: number): boolean {
  for (let at = ADDRESS_WORDS * connection, to = at + HALF; at < to; at++) {
    if (address[at] !== address[at + HALF]) return address[at + HALF]! < address[at]!
  }
  return port[2 * connection + 1]! < port[2 * connection]!
}

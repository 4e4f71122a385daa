import { grown, grownRows } from '../bytes/grown.js'
import { type ConnectionSink, PacketRole } from '../flow/connection-sink.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import { PlaceReader } from '../flow/packet-place.js'
import type { FileNames } from './files/file-names.js'

/** The connections that are wanted of a run that reads some packets again. */
export interface Selection {
  /**
   * Which of those with the same name the connection is that begins with the packet in this record; 0: it is not wanted.
   *
   * @param index Which packet of its frame.
   */
  ordinalOf(input: number, position: number, index: number): number
  /** The names of the connection that begins there are known. @param baseName Without an ending, of side 0. */
  named(input: number, position: number, index: number, baseName: string): void
  /** True for the packet there when it is a copy of another one. Absent: there are none among those that are read. */
  readonly isCopy?: (input: number, position: number, index: number) => boolean
  /** What else wants the events of wanted connections. @param table Of the connections. */
  readonly watch?: (table: ConnectionTable) => Partial<ConnectionSink>
}

const UNKNOWN = 0
const WANTED = 1
const OTHER = 2

/** The events of wanted connections alone. Their first packets tell which they are. */
export function selectedSink(
  inner: ConnectionSink,
  selection: Selection,
  names: Pick<FileNames, 'setOrdinal' | 'baseName'>,
): ConnectionSink {
  const place = new PlaceReader()
  let states = new Uint8Array(256)
  const isWanted = (connection: number) => states[connection] === WANTED
  return {
    opened(connection) {
      if (connection >= states.length) states = grown(states, grownRows(states.length, connection + 1))
      states[connection] = UNKNOWN
    },
    packet(connection, side, bytes, packet, role) {
      if (states[connection] === UNKNOWN && role === PacketRole.MEMBER) {
        place.read(packet)
        const { input, position, index } = place
        const ordinal = selection.ordinalOf(input, position, index)
        states[connection] = ordinal > 0 ? WANTED : OTHER
        if (ordinal > 0) {
          inner.opened(connection)
          names.setOrdinal(connection, ordinal)
          selection.named(input, position, index, names.baseName(connection, 0))
        }
      }
      if (isWanted(connection)) inner.packet?.(connection, side, bytes, packet, role)
    },
    data(half, bytes, from, to, tsSec, tsNsec) {
      if (isWanted(half >> 1)) inner.data(half, bytes, from, to, tsSec, tsNsec)
    },
    gap(half, streamOffset, length) {
      if (isWanted(half >> 1)) inner.gap(half, streamOffset, length)
    },
    conflict: null,
    fate:
      (inner.fate ?? null) === null
        ? null
        : (half, fate, offset, length) => {
            if (isWanted(half >> 1)) inner.fate?.(half, fate, offset, length)
          },
    closed(connection) {
      if (isWanted(connection)) inner.closed(connection)
    },
    finished(connection) {
      if (isWanted(connection)) inner.finished(connection)
    },
  }
}

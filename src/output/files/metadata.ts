import { CLOSE_REASONS, ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import { protocolKeyword } from '../../wire/protocol-names.js'
import { conflictBytes, historyText, retransBytes, stateText } from '../index/connection-values.js'
import { addressText } from '../ip-text.js'
import { differenceText, secondsText, utcText } from '../time-text.js'

/** Values begin in this column, counted from 0. */
const VALUE_COLUMN = 35

function row(label: string, value: string | number | undefined): string {
  return `${`${label}:`.padEnd(VALUE_COLUMN)}${value}\n`
}

function sum(column: Float64Array, connection: number): number {
  return (column[2 * connection] ?? 0) + (column[2 * connection + 1] ?? 0)
}

function isIpv6(table: ConnectionTable, connection: number): boolean {
  return ((table.flags[connection] ?? 0) & ConnectionFlag.IPV6) !== 0
}

function isNanosecond(table: ConnectionTable, connection: number): boolean {
  return ((table.flags[connection] ?? 0) & ConnectionFlag.NANOSECOND) !== 0
}

function addressOf(table: ConnectionTable, half: number): string {
  return addressText(table.address, 4 * half, isIpv6(table, half >> 1))
}

function durationText(table: ConnectionTable, connection: number): string {
  return differenceText(
    table.lastSec[connection] ?? 0,
    table.lastNsec[connection] ?? 0,
    table.firstSec[connection] ?? 0,
    table.firstNsec[connection] ?? 0,
    isNanosecond(table, connection),
  )
}

/** The metadata of a connection in two columns. */
export function metadataText(table: ConnectionTable, connection: number): string {
  const { dataPackets, payloadBytes, messages, missedBytes, capturedBytes, outsideBytes } = table
  const side0 = 2 * connection
  const side1 = side0 + 1
  const nano = isNanosecond(table, connection)
  const endpoint = (half: number): string => {
    const address = addressOf(table, half)
    return `${isIpv6(table, connection) ? `[${address}]` : address}:${table.port[half]}`
  }
  return [
    row('Number of data packets in side 0', dataPackets[side0]),
    row('Number of data packets in side 1', dataPackets[side1]),
    row('Total number of data packets', sum(dataPackets, connection)),
    '\n',
    row('Number of bytes in side 0', payloadBytes[side0]),
    row('Number of bytes in side 1', payloadBytes[side1]),
    row('Total number of bytes', sum(payloadBytes, connection)),
    '\n',
    row('Number of messages in side 0', messages[side0]),
    row('Number of messages in side 1', messages[side1]),
    row('Total number of messages', sum(messages, connection)),
    '\n',
    row('Protocol', protocolKeyword(table.protocol[connection] ?? 0)),
    row('Endpoint of side 0', endpoint(side0)),
    row('Endpoint of side 1', endpoint(side1)),
    row('First packet', utcText(table.firstSec[connection] ?? 0, table.firstNsec[connection] ?? 0, nano)),
    row('Last packet', utcText(table.lastSec[connection] ?? 0, table.lastNsec[connection] ?? 0, nano)),
    row('Duration in seconds', durationText(table, connection)),
    row('State', stateText(table, connection)),
    row('Closed by', CLOSE_REASONS[table.closeReason[connection] ?? 0]),
    row('Missing bytes in side 0', missedBytes[side0]),
    row('Missing bytes in side 1', missedBytes[side1]),
    row('Retransmitted bytes in side 0', retransBytes(table, side0)),
    row('Retransmitted bytes in side 1', retransBytes(table, side1)),
    row('Conflicting bytes', conflictBytes(table, connection)),
    row('Captured bytes in side 0', capturedBytes[side0]),
    row('Captured bytes in side 1', capturedBytes[side1]),
    row('Copies of packets in side 0', table.copies[side0]),
    row('Copies of packets in side 1', table.copies[side0 + 1]),
    row('Bytes outside of side 0', outsideBytes[side0]),
    row('Bytes outside of side 1', outsideBytes[side1]),
  ].join('')
}

/** The metadata of a connection as one JSON object, all values strings. */
export function metadataJson(table: ConnectionTable, connection: number): string {
  const { dataPackets, payloadBytes, messages, missedBytes, capturedBytes, outsideBytes } = table
  const nano = isNanosecond(table, connection)
  const side = (half: number): object => ({
    bytes: String(payloadBytes[half]),
    packets: String(dataPackets[half]),
    messages: String(messages[half]),
  })
  const more = (half: number): object => ({
    address: addressOf(table, half),
    port: String(table.port[half]),
    missing_bytes: String(missedBytes[half]),
    retransmitted_bytes: String(retransBytes(table, half)),
    conflicting_bytes: String(table.conflictBytes[half]),
    captured_bytes: String(capturedBytes[half]),
    duplicate_packets: String(table.copies[half]),
    outside_bytes: String(outsideBytes[half]),
  })
  const side0 = 2 * connection
  const record = {
    total: {
      bytes: String(sum(payloadBytes, connection)),
      packets: String(sum(dataPackets, connection)),
      messages: String(sum(messages, connection)),
    },
    side_0: { ...side(side0), ...more(side0) },
    side_1: { ...side(side0 + 1), ...more(side0 + 1) },
    protocol: protocolKeyword(table.protocol[connection] ?? 0),
    first_packet: secondsText(table.firstSec[connection] ?? 0, table.firstNsec[connection] ?? 0, nano),
    last_packet: secondsText(table.lastSec[connection] ?? 0, table.lastNsec[connection] ?? 0, nano),
    duration: durationText(table, connection),
    state: stateText(table, connection),
    history: historyText(table, connection),
    close_reason: CLOSE_REASONS[table.closeReason[connection] ?? 0],
    conflicting_bytes: String(conflictBytes(table, connection)),
  }
  return `${JSON.stringify(record)}\n`
}

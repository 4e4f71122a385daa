import type { RecordFields } from '../report/record-index.js'

/** Payload bytes of a connection according to its record. 1: its record does not tell. */
export function payloadBytes(record: RecordFields): number {
  const bytes = Number(record.orig_bytes) + Number(record.resp_bytes)
  return Number.isNaN(bytes) ? 1 : bytes
}

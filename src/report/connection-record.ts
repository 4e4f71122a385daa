import { InputError } from '../errors.js'

/** The fields of an index record that the report and the viewer use. Strings are untrusted: unchecked file content. */
export interface ConnectionRecord {
  /** First packet: seconds since 1970-01-01 UTC. */
  readonly ts: number
  /** Seconds from the first packet to the last. */
  readonly duration: number
  readonly uid: string
  readonly origHost: string
  readonly origPort: number
  readonly respHost: string
  readonly respPort: number
  readonly proto: string
  readonly packets: number
  /** Payload bytes of each direction, without missing bytes. */
  readonly origBytes: number
  readonly respBytes: number
  // Of both directions together. Payload bytes captured = those delivered + seen again (conflicts among them) + outside.

  readonly missedBytes: number
  readonly capturedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  readonly outsideBytes: number
  /** Copies of packets that the way of capturing made. */
  readonly copies: number
  readonly state: string
  readonly closeReason: string
  /** What is spoken, and the name that the client asks for; empty: unknown, or an index without these fields. */
  readonly service: string
  readonly serverName: string
  /** Tunnel headers, outermost first. */
  readonly tunnel: readonly string[]
  /** Paths relative to the output folder; null without a file. */
  readonly origFile: string | null
  readonly respFile: string | null
}

/**
 * Reads one line of an index.
 *
 * @param bytes `bytes[from, to)` is the line without its line end.
 * @param offset File offset of the line, for error messages.
 * @throws InputError with file and offset when the line is not a connection record.
 */
export function parseRecord(
  bytes: Buffer,
  from: number,
  to: number,
  path: string,
  offset: number,
): ConnectionRecord {
  const fields = objectOf(bytes.toString('utf8', from, to))
  if (fields === null) throw badRecord(path, offset, 'line must be a JSON object')
  return recordOf(fields, (name, mustBe) => badRecord(path, offset, `field "${name}" must be ${mustBe}`))
}

/** The fields of a JSON object; null when `text` is not a JSON object. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

type Refuse = (name: string, mustBe: string) => InputError

/** What a record's fields say. @param refuse Makes the error of a field that is not what it must be. */
export function recordOf(fields: Readonly<Record<string, unknown>>, refuse: Refuse): ConnectionRecord {
  return {
    ts: numberOf(fields, 'ts', refuse),
    duration: Math.max(0, numberOf(fields, 'duration', refuse)), // negative when packets go back in time
    uid: textOf(fields, 'uid', refuse),
    origHost: textOf(fields, 'id.orig_h', refuse),
    origPort: numberOf(fields, 'id.orig_p', refuse),
    respHost: textOf(fields, 'id.resp_h', refuse),
    respPort: numberOf(fields, 'id.resp_p', refuse),
    proto: textOf(fields, 'proto', refuse),
    packets: numberOf(fields, 'orig_pkts', refuse) + numberOf(fields, 'resp_pkts', refuse),
    origBytes: numberOf(fields, 'orig_bytes', refuse),
    respBytes: numberOf(fields, 'resp_bytes', refuse),
    missedBytes: numberOf(fields, 'missed_bytes', refuse),
    retransBytes:
      numberOf(fields, 'orig_retrans_bytes', refuse) + numberOf(fields, 'resp_retrans_bytes', refuse),
    capturedBytes: laterSumOf(fields, 'captured_bytes', refuse),
    conflicts: numberOf(fields, 'overlap_conflicts', refuse),
    outsideBytes: laterSumOf(fields, 'outside_bytes', refuse),
    copies: laterSumOf(fields, 'dup_pkts', refuse),
    state: textOf(fields, 'conn_state', refuse),
    closeReason: textOf(fields, 'close_reason', refuse),
    service: laterTextOf(fields, 'service', refuse),
    serverName: laterTextOf(fields, 'server_name', refuse),
    tunnel: textsOf(fields, 'tunnel', refuse),
    origFile: fileOf(fields, 'orig_file', refuse),
    respFile: fileOf(fields, 'resp_file', refuse),
  }
}

function numberOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)
    return value
  throw refuse(name, 'a number')
}

// Sum of both directions of a field that an index of version 1.0 does not have.
function laterSumOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): number {
  const [orig, resp] = [`orig_${name}`, `resp_${name}`]
  if (!(orig in fields) && !(resp in fields)) return 0
  return numberOf(fields, orig, refuse) + numberOf(fields, resp, refuse)
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw refuse(name, 'a string')
}

// A text that an index of version 1.0 does not have, nor every record.
function laterTextOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): string {
  return fields[name] == null ? '' : textOf(fields, name, refuse)
}

function textsOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): readonly string[] {
  const value = fields[name]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw refuse(name, 'a list of strings')
}

function fileOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): string | null {
  const value = fields[name]
  if (value === null || typeof value === 'string') return value
  throw refuse(name, 'a string or null')
}

function badRecord(path: string, offset: number, problem: string): InputError {
  return new InputError(`Cannot read "${path}" at byte ${offset}: ${problem}`, path)
}

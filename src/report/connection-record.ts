import { InputError } from '../errors.js'

/** What the report and the viewer need of one record of an index. Texts are as the file has them: nothing about them is sure. */
export interface ConnectionRecord {
  /** First packet: seconds since 1970-01-01 UTC. */
  readonly ts: number
  /** Seconds from the first to the latest packet. */
  readonly duration: number
  readonly uid: string
  readonly origHost: string
  readonly origPort: number
  readonly respHost: string
  readonly respPort: number
  readonly proto: string
  readonly packets: number
  /** Payload of each direction, without missing bytes. */
  readonly origBytes: number
  readonly respBytes: number
  /** Of both directions together. */
  readonly missedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  readonly state: string
  readonly closeReason: string
  /** Outer headers from the outside in. */
  readonly tunnel: readonly string[]
  /** Paths below the output folder, or null. */
  readonly origFile: string | null
  readonly respFile: string | null
}

/**
 * Reads one line of an index.
 *
 * @param bytes `bytes[from, to)` is the line without its end.
 * @param offset Where the line begins in the file, for the message.
 * @throws InputError with file and offset when the line is no record of a connection.
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

/** The fields of a JSON object; null when `text` is none. */
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

function recordOf(fields: Readonly<Record<string, unknown>>, refuse: Refuse): ConnectionRecord {
  return {
    ts: numberOf(fields, 'ts', refuse),
    duration: Math.max(0, numberOf(fields, 'duration', refuse)), // below 0 where the packets go back in time
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
    conflicts: numberOf(fields, 'overlap_conflicts', refuse),
    state: textOf(fields, 'conn_state', refuse),
    closeReason: textOf(fields, 'close_reason', refuse),
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

function textOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): string {
  const value = fields[name]
  if (typeof value === 'string') return value
  throw refuse(name, 'text')
}

function textsOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): readonly string[] {
  const value = fields[name]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw refuse(name, 'a list of texts')
}

function fileOf(fields: Readonly<Record<string, unknown>>, name: string, refuse: Refuse): string | null {
  const value = fields[name]
  if (value === null || typeof value === 'string') return value
  throw refuse(name, 'text or null')
}

function badRecord(path: string, offset: number, problem: string): InputError {
  return new InputError(`Cannot read "${path}" at byte ${offset}: ${problem}`, path)
}

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i
const UNIT_SEC: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Seconds since 1970 of a time: a date with or without a time of day (ISO 8601, UTC where it tells no zone), or the
 * seconds themselves. Null: the text is none.
 */
export function timeOf(text: string): number | null {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  const parts = DATE_TIME.exec(text)
  if (parts === null) return null
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0))
  const milliseconds = Date.UTC(year!, month! - 1, day!, hour, minute, second)
  const date = new Date(milliseconds)
  // 31 April is none.
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return null
  if (hour! > 23 || minute! > 59 || second! > 60) return null
  return milliseconds / 1000 + Number(`0.${parts[7] ?? 0}`) - zoneSec(parts[8])
}

function zoneSec(zone: string | undefined): number {
  if (zone === undefined || /z/i.test(zone)) return 0
  const seconds = 3600 * Number(zone.slice(1, 3)) + 60 * Number(zone.slice(-2))
  return zone.startsWith('-') ? -seconds : seconds
}

/** Seconds of a duration: `90`, `1.5`, `250ms`, `30s`, `10m`, `2h`, `1d`. Null: the text is none. */
export function durationOf(text: string): number | null {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? []
  return number === undefined ? null : Number(number) * UNIT_SEC[unit]!
}

const NSEC_PER_SEC = 1_000_000_000
/** The last second of the year 9999. */
const MAX_CALENDAR_SEC = 253_402_300_799

/** A point in time: seconds since 1970-01-01 UTC and nanoseconds, 0..999,999,999. */
export interface PacketTime {
  readonly sec: number
  readonly nsec: number
}

/** ISO 8601 in UTC: `2024-03-05T09:30:00.000000001Z`. After the year 9999: `+` and seconds since 1970. */
export function isoTime({ sec, nsec }: PacketTime): string {
  if (sec > MAX_CALENDAR_SEC) return `+${sec}.${nine(nsec)}s`
  return `${new Date(sec * 1000).toISOString().slice(0, 19)}.${nine(nsec)}Z`
}

/** Seconds from the earlier to the later time, with 9 decimals. */
export function durationSeconds(earlier: PacketTime, later: PacketTime): string {
  const borrows = later.nsec < earlier.nsec
  const sec = later.sec - earlier.sec - (borrows ? 1 : 0)
  return `${sec}.${nine(later.nsec - earlier.nsec + (borrows ? NSEC_PER_SEC : 0))}`
}

function nine(nsec: number): string {
  return String(nsec).padStart(9, '0')
}

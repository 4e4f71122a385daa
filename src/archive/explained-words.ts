import type { Explained, Frame } from './explained.js'
import type { FateRange } from './fates.js'

const FLAGS = 'FSRPAUEC'
/** What became of a fragment's bytes is told of its datagram. */
export const OF_DATAGRAM = 'fragment of the next datagram'

/** The TCP flags of a packet, each by its letter. */
export function flagLetters({ tcpFlags }: Pick<Explained, 'tcpFlags'>): string {
  return [...FLAGS].filter((_, bit) => (tcpFlags >> bit) & 1).join('')
}

/** What became of a packet's bytes. Empty: it has brought none. */
export function becameOf({ isError, side, fates, isCut }: Explained): string {
  const texts = fates.map((range) => fateText(range, side))
  if (isError) texts.unshift('ICMP error')
  if (isCut) texts.unshift('more fragments than are listed')
  return texts.join(', ')
}

/** Seconds since 1970, as precise as the capture has them. */
export function frameTime({ tsSec, tsNsec, isNanosecond }: Frame): string {
  const fraction = isNanosecond
    ? String(tsNsec).padStart(9, '0')
    : String(Math.floor(tsNsec / 1000)).padStart(6, '0')
  return `${tsSec}.${fraction}`
}

function fateText({ fate, side, offset, bytes, reason }: FateRange, packetSide: 0 | 1): string {
  const what = reason === undefined ? fate : `${fate} (${reason})`
  const ofSide = side === packetSide ? '' : ` of side ${side}`
  if (bytes === 0) return what
  return `${what} ${offset === null ? `${bytes} B` : `${offset}-${offset + bytes}`}${ofSide}`
}

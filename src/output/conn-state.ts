import { HalfSeen } from '../stream/half-streams.js'
import { IpProtocol } from '../wire/transport-packet.js'

/** Final state of one side of a TCP connection: Zeek's endpoint states, simplified. */
type SideState = 'inactive' | 'synSent' | 'partial' | 'established' | 'closed' | 'reset'

/** All that `connState()` gives. */
export const CONN_STATES = [
  'OTH',
  'SF',
  'S0',
  'S1',
  'S2',
  'S3',
  'REJ',
  'RSTO',
  'RSTR',
  'RSTOS0',
  'RSTRH',
  'SH',
  'SHR',
] as const
export type ConnState = (typeof CONN_STATES)[number]

const HAS_CONN_STATE: ReadonlySet<number> = new Set([
  IpProtocol.UDP,
  IpProtocol.UDPLITE,
  IpProtocol.SCTP,
  IpProtocol.DCCP,
])

/**
 * Zeek's `conn_state` code of a connection (scripts/base/protocols/conn/main.zeek).
 *
 * @param protocol    IANA protocol number.
 * @param origSeen    Bits of {@link HalfSeen} of the originator; TCP only.
 * @param respSeen    The same of the responder.
 * @param origPackets Packets sent by the originator.
 * @param respPackets Packets sent by the responder.
 */
export function connState(
  protocol: number,
  origSeen: number,
  respSeen: number,
  origPackets: number,
  respPackets: number,
): ConnState {
  if (protocol === IpProtocol.TCP) {
    // Neither the beginning nor a reset was captured.
    const seen = origSeen | respSeen
    if ((seen & (HalfSeen.SYN | HalfSeen.SYN_ACK | HalfSeen.RST)) === 0) return 'OTH'
    return tcpState(
      sideState(origSeen, respSeen, origPackets),
      sideState(respSeen, origSeen, respPackets),
      ((origSeen | respSeen) & HalfSeen.DATA) !== 0,
    )
  }
  if (!HAS_CONN_STATE.has(protocol)) return 'OTH'
  if (origPackets > 0) return respPackets > 0 ? 'SF' : 'S0'
  return respPackets > 0 ? 'SHR' : 'OTH'
}

function sideState(seen: number, peerSeen: number, packets: number): SideState {
  // After both FINs, a RST belongs to a normal end.
  const bothFin = (seen & peerSeen & HalfSeen.FIN) !== 0
  if (seen & HalfSeen.RST && !bothFin) return 'reset'
  if (seen & HalfSeen.FIN) return 'closed'
  if (seen & HalfSeen.SYN_ACK) return 'established'
  if (seen & HalfSeen.SYN) return peerSeen & (HalfSeen.SYN | HalfSeen.SYN_ACK) ? 'established' : 'synSent'
  return packets > 0 ? 'partial' : 'inactive'
}

function tcpState(orig: SideState, resp: SideState, hasData: boolean): ConnState {
  const isOrigInactive = orig === 'inactive' || orig === 'partial'
  const isRespInactive = resp === 'inactive' || resp === 'partial'
  if (resp === 'reset') {
    if (orig === 'synSent' || (orig === 'reset' && !hasData)) return 'REJ'
    return isOrigInactive ? 'RSTRH' : 'RSTR'
  }
  if (orig === 'reset') return isRespInactive ? 'RSTOS0' : 'RSTO'
  if (orig === 'closed' && resp === 'closed') return 'SF'
  if (orig === 'closed') return isRespInactive ? 'SH' : 'S2'
  if (resp === 'closed') return isOrigInactive ? 'SHR' : 'S3'
  if (orig === 'synSent' && resp === 'inactive') return 'S0'
  // A SYN+ACK proves that there was a SYN.
  const isOrigThere = orig === 'established' || orig === 'partial'
  return isOrigThere && resp === 'established' ? 'S1' : 'OTH'
}

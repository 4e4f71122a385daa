import type { AtmKeyword, Comparison } from '../syntax-tree.js'
import { and, type Block, or } from './blocks.js'
import * as bpf from './bpf.js'
import { testOf } from './comparisons.js'
import { at, type CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { compare, equal } from './loads.js'

// SunATM's header: traffic type, VPI, VCI (2 bytes), then the packet.
const TRAFFIC_AT = 0
const VPI_AT = 1
const VCI_AT = 2
const PACKET_AT = 4
const TRAFFIC_MASK = 0x0f
const LANE = 0x01
const LLC = 0x02
const MESSAGE_TYPE_AT = PACKET_AT + 5

// Message types of Q.2931.
const SETUP = 0x05
const CALL_PROCEEDING = 0x02
const CONNECT = 0x07
const CONNECT_ACK = 0x0f
const RELEASE = 0x4d
const RELEASE_DONE = 0x5a

/** Circuits (VCI) by keyword; all are on VPI 0. */
const CIRCUITS: Readonly<Record<string, number>> = {
  metac: 1,
  bcc: 2,
  oamf4sc: 3,
  oamf4ec: 4,
  sc: 5,
  ilmic: 16,
}

/** Matches packets of the ATM traffic that a keyword names. @throws FilterSyntaxError on other link types. */
export function atmTest(cx: CodeContext, keyword: AtmKeyword): Block {
  refuseOthers(cx, keyword)
  switch (keyword) {
    case 'lane':
      return laneTest(cx)
    case 'oam':
    case 'oamf4': {
      const segment = equal(cx, 'linkHeader', VCI_AT, bpf.H, 3)
      const either = or(segment, equal(cx, 'linkHeader', VCI_AT, bpf.H, 4))
      return and(equal(cx, 'linkHeader', VPI_AT, bpf.B, 0), either)
    }
    case 'connectmsg':
      return signalling(cx, [SETUP, CALL_PROCEEDING, CONNECT, CONNECT_ACK, RELEASE, RELEASE_DONE], 'sc')
    case 'metaconnect':
      return signalling(cx, [SETUP, CALL_PROCEEDING, CONNECT, RELEASE, RELEASE_DONE], 'metac')
    default:
      return circuit(cx, keyword)
  }
}

/** Compares the VPI or VCI. @throws FilterSyntaxError on other link types. */
export function atmFieldTest(
  cx: CodeContext,
  field: 'vpi' | 'vci',
  comparison: Comparison,
  value: number,
): Block {
  refuseOthers(cx, field)
  const [offset, size] = field === 'vpi' ? ([VPI_AT, bpf.B] as const) : ([VCI_AT, bpf.H] as const)
  return compare(cx, 'linkHeader', offset, size, value, testOf(comparison))
}

/** Matches packets with an LLC header. Later tests treat them as such even after `lane`. */
export function sunAtmLlc(cx: CodeContext): Block {
  const isLlc = equal(cx, 'linkHeader', TRAFFIC_AT, bpf.B, LLC, TRAFFIC_MASK)
  cx.linkType = cx.previousLinkType
  return isLlc
}

function refuseOthers(cx: CodeContext, keyword: string): void {
  if (cx.outermostLinkType !== dlt.SUNATM) throw cx.refuseHere(`"${keyword}" is only valid on ATM`)
}

// LAN emulation of Ethernet. Later tests look into the Ethernet frame.
function laneTest(cx: CodeContext): Block {
  const isLane = equal(cx, 'linkHeader', TRAFFIC_AT, bpf.B, LANE, TRAFFIC_MASK)
  cx.enterLinkLayer(dlt.EN10MB, at(PACKET_AT + 2))
  cx.linkTypeField = { ...cx.linkTypeField, constant: PACKET_AT + 2 + 12 }
  cx.payload = { ...cx.payload, constant: PACKET_AT + 2 + 14 }
  cx.networkOffset = 0
  cx.networkOffsetNoSnap = 3
  return isLane
}

function circuit(cx: CodeContext, name: string): Block {
  const isPath = equal(cx, 'linkHeader', VPI_AT, bpf.B, 0)
  return and(isPath, equal(cx, 'linkHeader', VCI_AT, bpf.H, CIRCUITS[name]!))
}

function signalling(cx: CodeContext, types: readonly number[], name: string): Block {
  const [first, ...others] = types.map((type) => equal(cx, 'linkHeader', MESSAGE_TYPE_AT, bpf.B, type))
  let whole: Block | null = null
  for (const other of others) whole = whole === null ? or(first!, other) : or(other, whole)
  return and(circuit(cx, name), whole!)
}

import { and, type Block, not, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as ether from './ether-types.js'
import { above, type Base, equal, equalBytes, hasBits } from './loads.js'

const SLL_802_3 = 0x0001
const SLL_802_2 = 0x0004
const APPLE_ORGANIZATION = 0x080007

/** Matches LLC and SNAP headers of this organization and protocol. */
function snap(cx: CodeContext, organization: number, protocol: number): Block {
  return equalBytes(cx, 'llc', 0, [
    ...[ether.SAP_SNAP, ether.SAP_SNAP, 0x03],
    ...[organization >> 16, (organization >> 8) & 0xff, organization & 0xff],
    ...[protocol >> 8, protocol & 0xff],
  ])
}

function appleTalkSnap(cx: CodeContext, type: number): Block {
  return snap(cx, type === ether.ATALK ? APPLE_ORGANIZATION : 0, type)
}

/** Matches IEEE 802.3 frames, which have a length in the type field. */
export function hasLength(cx: CodeContext): Block {
  return not(above(cx, 'linkTypeField', 0, bpf.H, ether.MAX_LENGTH))
}

function bothSaps(cx: CodeContext, sap: number): Block {
  return equal(cx, 'llc', 0, bpf.H, (sap << 8) | sap)
}

/** Matches Ethernet frames of this type, or IEEE 802.3 frames with this service access point. */
export function ethernetType(cx: CodeContext, type: number): Block {
  switch (type) {
    case ether.SAP_ISO:
    case ether.SAP_IP:
    case ether.SAP_NETBEUI:
      return and(hasLength(cx), bothSaps(cx, type))
    case ether.SAP_IPX: {
      const bySap = equal(cx, 'llc', 0, bpf.B, ether.SAP_IPX)
      const bare = equal(cx, 'llc', 0, bpf.H, 0xffff)
      or(bySap, bare)
      const frames = or(snap(cx, 0, ether.IPX), bare)
      and(hasLength(cx), frames)
      return or(equal(cx, 'linkTypeField', 0, bpf.H, ether.IPX), frames)
    }
    case ether.ATALK:
    case ether.AARP: {
      const isFrame = hasLength(cx)
      const frames = and(isFrame, appleTalkSnap(cx, type))
      return or(equal(cx, 'linkTypeField', 0, bpf.H, type), frames)
    }
    default:
      if (type > ether.MAX_LENGTH) return equal(cx, 'linkTypeField', 0, bpf.H, type)
      return and(hasLength(cx), equal(cx, 'linkTypeField', 2, bpf.B, type))
  }
}

/** The same for Linux cooked headers (SLL). */
export function cookedType(cx: CodeContext, type: number): Block {
  const isLlc = () => equal(cx, 'linkTypeField', 0, bpf.H, SLL_802_2)
  switch (type) {
    case ether.SAP_ISO:
    case ether.SAP_IP:
    case ether.SAP_NETBEUI:
      return and(isLlc(), bothSaps(cx, type))
    case ether.SAP_IPX: {
      const bySap = equal(cx, 'llc', 0, bpf.B, ether.SAP_IPX)
      const frames = or(bySap, snap(cx, 0, ether.IPX))
      and(isLlc(), frames)
      or(equal(cx, 'linkTypeField', 0, bpf.H, SLL_802_3), frames)
      return or(equal(cx, 'linkTypeField', 0, bpf.H, ether.IPX), frames)
    }
    case ether.ATALK:
    case ether.AARP: {
      const frames = and(isLlc(), appleTalkSnap(cx, type))
      return or(equal(cx, 'linkTypeField', 0, bpf.H, type), frames)
    }
    default:
      if (type > ether.MAX_LENGTH) return equal(cx, 'linkTypeField', 0, bpf.H, type)
      return and(isLlc(), equal(cx, 'linkHeader', cx.payload.constant, bpf.B, type))
  }
}

/** The same for link types whose frames all have an LLC header. */
export function llcType(cx: CodeContext, type: number): Block {
  switch (type) {
    case ether.SAP_IP:
    case ether.SAP_ISO:
    case ether.SAP_NETBEUI:
      return bothSaps(cx, type)
    case ether.SAP_IPX:
      return equal(cx, 'llc', 0, bpf.B, ether.SAP_IPX)
    case ether.ATALK:
      return snap(cx, APPLE_ORGANIZATION, ether.ATALK)
    default:
      // Only the type of a SNAP header is compared.
      return type <= ether.MAX_LENGTH ? equal(cx, 'llc', 0, bpf.B, type) : equal(cx, 'llc', 6, bpf.H, type)
  }
}

/** Matches 802.11 data frames: bit 3 of the first byte is set, bit 2 clear. */
export function wlanDataFrame(cx: CodeContext): Block {
  const base: Base = 'linkHeader'
  const isDataOrReserved = hasBits(cx, base, 0, bpf.B, 0x08)
  const isNotControl = not(hasBits(cx, base, 0, bpf.B, 0x04))
  return and(isNotControl, isDataOrReserved)
}

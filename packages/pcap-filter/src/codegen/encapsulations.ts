import { and, type Block, or } from './blocks.js'
import * as bpf from './bpf.js'
import { type CodeContext, moved } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { linkTypeIs } from './link-type-test.js'
import { equal } from './loads.js'

const TAG_BYTES = 4
const LABEL_BYTES = 4
const PPPOE_HEADER_BYTES = 6
const MAX_VLAN = 0x0fff
const MAX_LABEL = 0xfffff
const MAX_SESSION = 0xffff

const WITH_MPLS: ReadonlySet<number> = new Set([dlt.C_HDLC, dlt.HDLC, ...dlt.ETHERNETS])

/** Matches packets with a VLAN tag. Later tests look after the tag. @param id Null for any. */
export function vlanTest(cx: CodeContext, id: number | null): Block {
  if (cx.labelDepth > 0) throw cx.refuse('VLAN tags cannot be tested after MPLS labels')
  const isPossible = dlt.ETHERNETS.has(cx.linkType) || (dlt.WLANS.has(cx.linkType) && cx.linkType !== dlt.PPI)
  if (!isPossible) throw cx.refuseHere('the link type has no VLAN tags')
  const tagged = linkTypeIs(cx, ether.VLAN)
  const service = or(tagged, linkTypeIs(cx, ether.PROVIDER_BRIDGE))
  let whole = or(service, linkTypeIs(cx, ether.QINQ))
  if (id !== null) {
    if (id > MAX_VLAN) throw cx.refuseValue(`${id} is not a VLAN id: the highest is ${MAX_VLAN}`)
    whole = and(whole, equal(cx, 'network', 0, bpf.H, id, MAX_VLAN))
  }
  cx.payload = moved(cx.payload, TAG_BYTES)
  cx.linkTypeField = moved(cx.linkTypeField, TAG_BYTES)
  return whole
}

/** Matches packets with a further MPLS label (RFC 3032). Later tests look after it. @param label Null for any. */
export function mplsTest(cx: CodeContext, label: number | null): Block {
  let whole = cx.labelDepth > 0 ? equal(cx, 'previousMpls', 2, bpf.B, 0, 0x01) : firstLabelTest(cx)
  if (label !== null) {
    if (label > MAX_LABEL) throw cx.refuseValue(`${label} is not an MPLS label: the highest is ${MAX_LABEL}`)
    whole = and(whole, equal(cx, 'network', 0, bpf.W, label << 12, 0xfffff000))
  }
  cx.networkOffset = (cx.networkOffset + LABEL_BYTES) >>> 0
  cx.networkOffsetNoSnap = (cx.networkOffsetNoSnap + LABEL_BYTES) >>> 0
  cx.labelDepth += 1
  return whole
}

function firstLabelTest(cx: CodeContext): Block {
  if (WITH_MPLS.has(cx.linkType)) return linkTypeIs(cx, ether.MPLS)
  if (cx.linkType === dlt.PPP) return linkTypeIs(cx, ether.PPP_MPLS)
  throw cx.refuseHere('MPLS labels cannot be tested on this link type')
}

/** Matches packets of a PPPoE session (RFC 2516). Later tests look into the PPP packet. @param session Null for any. */
export function pppoeSessionTest(cx: CodeContext, session: number | null): Block {
  let whole = linkTypeIs(cx, ether.PPPOES)
  if (session !== null) {
    if (session > MAX_SESSION)
      throw cx.refuseValue(`${session} is not a PPPoE session: the highest is ${MAX_SESSION}`)
    whole = and(whole, equal(cx, 'network', 0, bpf.W, session, MAX_SESSION))
  }
  cx.enterLinkLayer(dlt.PPP, moved(cx.payload, cx.networkOffset + PPPOE_HEADER_BYTES))
  cx.linkTypeField = cx.linkHeader
  cx.payload = { ...cx.payload, constant: moved(cx.linkHeader, 2).constant }
  cx.networkOffset = 0
  cx.networkOffsetNoSnap = 0
  return whole
}

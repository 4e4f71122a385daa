import { LLC_SUPERVISORY, LLC_UNNUMBERED, numberFor } from '../named-values.js'
import { sunAtmLlc } from './atm.js'
import { and, type Block, jumpBlock, not } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { hasLength, wlanDataFrame } from './frame-types.js'
import { constant, equal, load } from './loads.js'

const CONTROL_AT = 2
const SUPERVISORY_MASK = 0x0f
const UNNUMBERED_MASK = 0xef

/** Matches frames with an LLC header. @param frame `i`, `s`, `u` or the name of a subtype; null for any. */
export function llcTest(cx: CodeContext, frame: string | null): Block {
  const isLlc = anyFrame(cx)
  const controlIs = (value: number, mask: number) =>
    and(isLlc, equal(cx, 'llc', CONTROL_AT, bpf.B, value, mask))
  switch (frame) {
    case null:
      return isLlc
    case 'i':
      return and(isLlc, not(jumpBlock(bpf.JSET, 0x01, load(cx, 'llc', CONTROL_AT, bpf.B))))
    case 's':
      return controlIs(0x01, 0x03)
    case 'u':
      return controlIs(0x03, 0x03)
    default: {
      const supervisory = numberFor(LLC_SUPERVISORY, frame)
      if (supervisory !== undefined) return controlIs(supervisory, SUPERVISORY_MASK)
      const unnumbered = numberFor(LLC_UNNUMBERED, frame)
      if (unnumbered === undefined) throw new Error(`bug: the parser took "${frame}" for an LLC frame`)
      return controlIs(unnumbered, UNNUMBERED_MASK)
    }
  }
}

function anyFrame(cx: CodeContext): Block {
  if (dlt.WLANS.has(cx.linkType)) return wlanDataFrame(cx)
  switch (cx.linkType) {
    case dlt.EN10MB: {
      const isFrame = hasLength(cx)
      return and(isFrame, not(equal(cx, 'llc', 0, bpf.H, 0xffff))) // 0xffff is NetWare without LLC
    }
    case dlt.SUNATM:
      return sunAtmLlc(cx)
    case dlt.IEEE802:
    case dlt.FDDI:
    case dlt.ATM_RFC1483:
      return constant(true)
    default:
      throw cx.refuseHere('the link type has no LLC frames')
  }
}

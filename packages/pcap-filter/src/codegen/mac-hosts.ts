import type { Direction } from '../syntax-tree.js'
import { and, type Block } from './blocks.js'
import type { CodeContext } from './context.js'
import { inDirection } from './directions.js'
import * as dlt from './dlt.js'
import { outerHeaderTest } from './link-type-test.js'
import { equalBytes } from './loads.js'
import { wlanHost } from './wlan-hosts.js'

/** Offsets of the addresses in the link header. */
const PLACES: Readonly<Record<number, { readonly src: number; readonly dst: number }>> = {
  [dlt.FDDI]: { src: 7, dst: 1 },
  [dlt.IEEE802]: { src: 8, dst: 2 },
  [dlt.IP_OVER_FC]: { src: 10, dst: 2 },
}
const ETHERNET = { src: 6, dst: 0 }
const ARCNET = { src: 0, dst: 1 }

/** True when the link header has 48-bit addresses. */
export function hasMacAddresses(linkType: number): boolean {
  return dlt.ETHERNETS.has(linkType) || dlt.WLANS.has(linkType) || linkType in PLACES
}

/**
 * Matches frames from or to a 48-bit address.
 *
 * @throws FilterSyntaxError when the link type has no such addresses.
 */
export function macHost(cx: CodeContext, address: ArrayLike<number>, direction: Direction | null): Block {
  const { linkType } = cx
  if (dlt.ETHERNETS.has(linkType)) {
    const outer = outerHeaderTest(cx)
    const inner = addressAt(cx, ETHERNET, address, direction)
    return outer === null ? inner : and(outer, inner)
  }
  if (dlt.WLANS.has(linkType)) return wlanHost(cx, address, direction)
  const places = PLACES[linkType]
  if (places === undefined) throw cx.refuseHere('the link type has no Ethernet addresses')
  return addressAt(cx, places, address, direction)
}

/** Matches frames from or to a one-byte ARCnet address. */
export function arcnetHost(cx: CodeContext, address: number, direction: Direction | null): Block {
  return addressAt(cx, ARCNET, [address], direction)
}

function addressAt(
  cx: CodeContext,
  places: { readonly src: number; readonly dst: number },
  address: ArrayLike<number>,
  direction: Direction | null,
): Block {
  return inDirection(
    direction,
    (end) => equalBytes(cx, 'linkHeader', places[end], address),
    (other) => cx.refuseHere(`"${other}" is only valid on 802.11`),
  )
}

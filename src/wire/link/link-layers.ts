import type { LayerDecoder } from '../frame-cursor.js'
import { decodeEthernet } from './ethernet.js'
import { decodeSll, decodeSll2 } from './linux-sll.js'
import { decodeLoopback } from './loopback.js'
import { decodeCiscoHdlc, decodePppHdlc, decodePppoe, decodePppWithDirection } from './ppp.js'
import { decodeRawIp } from './raw-ip.js'
import { decodeWlan } from './wlan.js'
import { decodeAvs, decodePpi, decodePrism, decodeRadiotap } from './wlan-monitor.js'

// LINKTYPE_* value -> decoder of the frame's first header.
const ROWS: readonly (readonly [linkType: number, decoder: LayerDecoder])[] = [
  [0, decodeLoopback], // NULL
  [1, decodeEthernet], // ETHERNET
  [9, decodePppHdlc], // PPP
  [12, decodeRawIp], // DLT_RAW of most systems
  [14, decodeRawIp], // DLT_RAW of OpenBSD
  [50, decodePppHdlc], // PPP_HDLC
  [51, decodePppoe], // PPP_ETHER
  [101, decodeRawIp], // RAW
  [104, decodeCiscoHdlc], // C_HDLC
  [105, decodeWlan], // IEEE802_11
  [108, decodeLoopback], // LOOP
  [113, decodeSll], // LINUX_SLL
  [119, decodePrism], // IEEE802_11_PRISM
  [127, decodeRadiotap], // IEEE802_11_RADIOTAP
  [163, decodeAvs], // IEEE802_11_AVS
  [166, decodePppWithDirection], // PPP_PPPD
  [192, decodePpi], // PPI
  [204, decodePppWithDirection], // PPP_WITH_DIR
  [228, decodeRawIp], // IPV4
  [229, decodeRawIp], // IPV6
  [276, decodeSll2], // LINUX_SLL2
]

const byLinkType: readonly (LayerDecoder | undefined)[] = (() => {
  const table = new Array<LayerDecoder | undefined>(Math.max(...ROWS.map(([linkType]) => linkType)) + 1).fill(
    undefined,
  )
  for (const [linkType, decoder] of ROWS) table[linkType] = decoder
  return table
})()

/** The decoder of the outermost header of frames of this link type (a LINKTYPE_* value); undefined: unknown. */
export function linkLayer(linkType: number): LayerDecoder | undefined {
  return byLinkType[linkType]
}

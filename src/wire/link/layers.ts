import { Layer, type LayerDecoder } from '../frame-cursor.js'
import { decodeEthernet, decodeVlan } from './ethernet.js'
import { decodeSll, decodeSll2 } from './linux-sll.js'
import { decodeLlc } from './llc.js'
import { decodeLoopback } from './loopback.js'
import { decodeBackboneTag, decodeFabricPath } from './mac-in-mac.js'
import { decodeMpls } from './mpls.js'
import { decodeCiscoHdlc, decodePpp, decodePppHdlc, decodePppoe, decodePppWithDirection } from './ppp.js'
import { decodeRawIp } from './raw-ip.js'

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
  [108, decodeLoopback], // LOOP
  [113, decodeSll], // LINUX_SLL
  [166, decodePppWithDirection], // PPP_PPPD
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

// Layer -> its decoder. The first three end the walk.
const LAYERS: readonly LayerDecoder[] = (() => {
  const table = new Array<LayerDecoder>(Object.keys(Layer).length)
  table.fill(() => Layer.NOT_IP)
  table[Layer.ETHERNET] = decodeEthernet
  table[Layer.VLAN] = decodeVlan
  table[Layer.LLC] = decodeLlc
  table[Layer.MPLS] = decodeMpls
  table[Layer.PPPOE] = decodePppoe
  table[Layer.PPP] = decodePpp
  table[Layer.BACKBONE_TAG] = decodeBackboneTag
  table[Layer.FABRIC_PATH] = decodeFabricPath
  return table
})()

/** The decoder of a layer between the link layer and IP. */
export function innerLayer(layer: number): LayerDecoder {
  return LAYERS[layer]!
}

import { type FrameCursor, Layer, type LayerDecoder } from '../frame-cursor.js'
import { decodeAmsdu } from './amsdu.js'
import { decodeAristaTimestamp } from './arista.js'
import { decodeCiscoMetadata } from './cisco-metadata.js'
import { decodeEthernet, decodeTag4, decodeTag6, decodeVlan } from './ethernet.js'
import { linkLayer } from './link-layers.js'
import { decodeLlc } from './llc.js'
import { decodeBackboneTag, decodeFabricPath } from './mac-in-mac.js'
import { decodeMacsec } from './macsec.js'
import { decodeMpls } from './mpls.js'
import { decodeNsh } from './nsh.js'
import { decodePpp, decodePppoe } from './ppp.js'
import { decodeTrill } from './trill.js'

// Decoders by layer. Layers that end the walk have none.
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
  table[Layer.LINK_TYPE] = decodeLinkType
  table[Layer.AMSDU] = decodeAmsdu
  table[Layer.MACSEC] = decodeMacsec
  table[Layer.TAG_4] = decodeTag4
  table[Layer.TAG_6] = decodeTag6
  table[Layer.TRILL] = decodeTrill
  table[Layer.ARISTA_TIMESTAMP] = decodeAristaTimestamp
  table[Layer.NSH] = decodeNsh
  table[Layer.CISCO_METADATA] = decodeCiscoMetadata
  return table
})()

/** The decoder of a layer between the link layer and IP. */
export function innerLayer(layer: number): LayerDecoder {
  return LAYERS[layer]!
}

/** A frame inside another frame, of the link type that the header before it named. */
function decodeLinkType(bytes: Uint8Array, cursor: FrameCursor): number {
  const decode = linkLayer(cursor.linkType)
  return decode === undefined ? Layer.UNKNOWN : decode(bytes, cursor)
}

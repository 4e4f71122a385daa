import { Layer } from '../frame-cursor.js'

export const ETHER_TYPE_IPV4 = 0x0800
const ETHER_TYPE_IPV6 = 0x86dd
const VLAN_8021Q = 0x8100
const VLAN_8021AD = 0x88a8
const VLAN_QINQ_OLD = 0x9100
const VLAN_QINQ_OLDER = 0x9200
const MPLS_UNICAST = 0x8847
const MPLS_MULTICAST = 0x8848
const PPPOE_SESSION = 0x8864
const PPP = 0x880b
const BACKBONE_TAG = 0x88e7
const FABRIC_PATH = 0x8903
const NSH = 0x894f
export const ETHER_TYPE_CISCO_METADATA = 0x8909
const MACSEC = 0x88e5
const VN_TAG = 0x8926
const HSR_TAG = 0x892f
const REDUNDANCY_TAG = 0xf1c1
const E_TAG = 0x893f
const TRILL = 0x22f3
const ARISTA_TIMESTAMP = 0xd28b
/** Largest value that is a length and not a type (IEEE 802.3 §3.2.6). */
export const MAX_802_3_LENGTH = 1500

/** The {@link Layer} that follows an EtherType (IEEE 802 Numbers) or an IEEE 802.3 length. */
export function layerOfEtherType(etherType: number): number {
  switch (etherType) {
    case ETHER_TYPE_IPV4:
    case ETHER_TYPE_IPV6:
      return Layer.IP
    case VLAN_8021Q:
    case VLAN_8021AD:
    case VLAN_QINQ_OLD:
    case VLAN_QINQ_OLDER:
      return Layer.VLAN
    case MPLS_UNICAST:
    case MPLS_MULTICAST:
      return Layer.MPLS
    case PPPOE_SESSION:
      return Layer.PPPOE
    case PPP:
      return Layer.PPP
    case BACKBONE_TAG:
      return Layer.BACKBONE_TAG
    case FABRIC_PATH:
      return Layer.FABRIC_PATH
    case NSH:
      return Layer.NSH
    case ETHER_TYPE_CISCO_METADATA:
      return Layer.CISCO_METADATA
    case MACSEC:
      return Layer.MACSEC
    case VN_TAG:
    case HSR_TAG:
    case REDUNDANCY_TAG:
      return Layer.TAG_4
    case E_TAG:
      return Layer.TAG_6
    case TRILL:
      return Layer.TRILL
    case ARISTA_TIMESTAMP:
      return Layer.ARISTA_TIMESTAMP
    default:
      return etherType <= MAX_802_3_LENGTH ? Layer.LLC : Layer.NOT_IP
  }
}

/** The {@link Layer} that follows an EtherType field which cannot be a length. */
export function layerOfTypeOnly(etherType: number): number {
  return etherType <= MAX_802_3_LENGTH ? Layer.NOT_IP : layerOfEtherType(etherType)
}

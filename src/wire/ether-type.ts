import { Layer } from './frame-cursor.js'

const IPV4 = 0x0800
const IPV6 = 0x86dd
const VLAN_8021Q = 0x8100
const VLAN_8021AD = 0x88a8
const VLAN_QINQ_OLD = 0x9100
const VLAN_QINQ_OLDER = 0x9200
const MPLS_UNICAST = 0x8847
const MPLS_MULTICAST = 0x8848
const PPPOE_SESSION = 0x8864
const PPP = 0x880b
/** Largest value that is a length and not a type (IEEE 802.3 §3.2.6). */
const MAX_LENGTH = 1500

/** The layer that an EtherType (IEEE 802 numbers) or an IEEE 802.3 length announces, a value of {@link Layer}. */
export function layerOfEtherType(etherType: number): number {
  switch (etherType) {
    case IPV4:
    case IPV6:
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
    default:
      return etherType <= MAX_LENGTH ? Layer.LLC : Layer.NOT_IP
  }
}

import * as dlt from './dlt.js'

/** Offset of a field that the link type does not have. Sums with it wrap as uint32, as in libpcap. */
export const NOT_SET = 0xffff_ffff

/** Offsets of MTP2 and MTP3 fields in the packet. */
export interface Mtp {
  readonly lengthIndicator: number
  readonly lengthIndicatorHighSpeed: number
  readonly sio: number
  readonly opc: number
  readonly dpc: number
  readonly sls: number
}

/** Offsets of a link type in bytes, relative to the packet; those of the network header relative to the payload. */
export interface Layout {
  /** Default 0. */
  readonly linkHeader?: number
  /** True when a radio header of variable length precedes the link header. */
  readonly isLinkHeaderVariable?: boolean
  readonly linkTypeField: number
  readonly payload: number
  readonly isPayloadVariable?: boolean
  readonly network: number
  readonly networkNoSnap: number
  readonly mtp?: Mtp
}

// Offsets of type field, payload, and network header with and without SNAP.
function layout(linkTypeField: number, payload: number, network: number, networkNoSnap = network): Layout {
  return { linkTypeField, payload, network, networkNoSnap }
}

const NOTHING = layout(NOT_SET, NOT_SET, NOT_SET)
const WLAN = { ...layout(24, 0, 8, 3), isPayloadVariable: true }
const WLAN_WITH_RADIO = { ...WLAN, isLinkHeaderVariable: true }
const JUNIPER = layout(4, 4, 0, NOT_SET)
const JUNIPER_ETHERNET = layout(16, 14, 18, 21)
const JUNIPER_OTHER = layout(8, NOT_SET, NOT_SET)

function mtp(offset: number): Layout {
  return {
    ...NOTHING,
    mtp: {
      lengthIndicator: offset + 2,
      lengthIndicatorHighSpeed: offset + 4,
      sio: offset + 3,
      opc: offset + 4,
      dpc: offset + 4,
      sls: offset + 7,
    },
  }
}

const LAYOUTS: Readonly<Record<number, Layout>> = {
  [dlt.ARCNET]: layout(2, 6, 0),
  [dlt.ARCNET_LINUX]: layout(4, 8, 0),
  [dlt.EN10MB]: layout(12, 14, 0, 3),
  [dlt.SLIP]: layout(NOT_SET, 16, 0),
  [dlt.SLIP_BSDOS]: layout(NOT_SET, 24, 0),
  [dlt.NULL]: layout(0, 4, 0),
  [dlt.LOOP]: layout(0, 4, 0),
  [dlt.ENC]: layout(0, 12, 0),
  [dlt.PPP]: layout(2, 4, 0),
  [dlt.PPP_PPPD]: layout(2, 4, 0),
  [dlt.C_HDLC]: layout(2, 4, 0),
  [dlt.HDLC]: layout(2, 4, 0),
  [dlt.PPP_SERIAL]: layout(2, 4, 0),
  [dlt.PPP_ETHER]: layout(6, 8, 0),
  [dlt.PPP_BSDOS]: layout(5, 24, 0),
  [dlt.FDDI]: layout(13, 13, 8, 3),
  [dlt.IEEE802]: layout(14, 14, 8, 3),
  [dlt.IEEE802_11]: WLAN,
  [dlt.PRISM_HEADER]: WLAN_WITH_RADIO,
  [dlt.IEEE802_11_RADIO_AVS]: WLAN_WITH_RADIO,
  [dlt.IEEE802_11_RADIO]: WLAN_WITH_RADIO,
  [dlt.PPI]: WLAN_WITH_RADIO,
  [dlt.ATM_RFC1483]: layout(0, 0, 8, 3),
  [dlt.ATM_CLIP]: layout(0, 0, 8, 3),
  [dlt.SUNATM]: layout(4, 4, 8, 3),
  [dlt.RAW]: layout(NOT_SET, 0, 0),
  [dlt.IPV4]: layout(NOT_SET, 0, 0),
  [dlt.IPV6]: layout(NOT_SET, 0, 0),
  [dlt.LINUX_SLL]: layout(14, 16, 0),
  [dlt.LINUX_SLL2]: layout(0, 20, 0),
  [dlt.LTALK]: layout(NOT_SET, 0, 0),
  [dlt.IP_OVER_FC]: layout(16, 16, 8, 3),
  [dlt.FRELAY]: layout(NOT_SET, 0, 0),
  [dlt.MFR]: layout(NOT_SET, 0, 4, 0),
  [dlt.APPLE_IP_OVER_IEEE1394]: layout(16, 18, 0),
  [dlt.SYMANTEC_FIREWALL]: layout(6, 44, 0),
  [dlt.PFLOG]: { ...layout(0, 0, 0), isPayloadVariable: true },
  [dlt.JUNIPER_MFR]: JUNIPER,
  [dlt.JUNIPER_MLFR]: JUNIPER,
  [dlt.JUNIPER_MLPPP]: JUNIPER,
  [dlt.JUNIPER_PPP]: JUNIPER,
  [dlt.JUNIPER_CHDLC]: JUNIPER,
  [dlt.JUNIPER_FRELAY]: JUNIPER,
  [dlt.JUNIPER_ATM1]: layout(4, 4, 0, 10),
  [dlt.JUNIPER_ATM2]: layout(8, 8, 0, 10),
  [dlt.JUNIPER_PPPOE]: JUNIPER_ETHERNET,
  [dlt.JUNIPER_ETHER]: JUNIPER_ETHERNET,
  [dlt.JUNIPER_PPPOE_ATM]: layout(4, 6, 0, NOT_SET),
  [dlt.JUNIPER_GGSN]: layout(6, 12, 0, NOT_SET),
  [dlt.JUNIPER_ES]: layout(6, NOT_SET, NOT_SET),
  [dlt.JUNIPER_MONITOR]: layout(12, 12, 0, NOT_SET),
  [dlt.BACNET_MS_TP]: NOTHING,
  [dlt.JUNIPER_SERVICES]: layout(12, NOT_SET, NOT_SET),
  [dlt.JUNIPER_VP]: layout(18, NOT_SET, NOT_SET),
  [dlt.JUNIPER_ST]: layout(18, NOT_SET, NOT_SET),
  [dlt.JUNIPER_ISM]: JUNIPER_OTHER,
  [dlt.JUNIPER_VS]: JUNIPER_OTHER,
  [dlt.JUNIPER_SRX_E2E]: JUNIPER_OTHER,
  [dlt.JUNIPER_FIBRECHANNEL]: JUNIPER_OTHER,
  [dlt.JUNIPER_ATM_CEMIC]: JUNIPER_OTHER,
  [dlt.MTP2]: mtp(0),
  [dlt.MTP2_WITH_PHDR]: mtp(4),
  [dlt.ERF]: mtp(20),
  [dlt.PFSYNC]: layout(NOT_SET, 4, 0),
  [dlt.AX25_KISS]: NOTHING,
  [dlt.IPNET]: layout(1, 24, 0, NOT_SET),
  [dlt.NETANALYZER]: { ...layout(16, 18, 0, 3), linkHeader: 4 },
  [dlt.NETANALYZER_TRANSPARENT]: { ...layout(24, 26, 0, 3), linkHeader: 12 },
}

/** The layout of a DLT_ value; null if libpcap rejects it. A type that libpcap knows only by number has no offsets. */
export function layoutOf(value: number): Layout | null {
  const known = LAYOUTS[value]
  if (known !== undefined) return known
  return value >= dlt.MATCHING_MIN && value <= dlt.MATCHING_MAX ? NOTHING : null
}

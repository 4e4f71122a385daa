// Link types by the numbers that libpcap's code generator uses (DLT_ values on Linux). Capture files have LINKTYPE_
// values, which differ for a few old types, see `dltOf`.
export const NULL = 0
export const EN10MB = 1
export const IEEE802 = 6
export const ARCNET = 7
export const SLIP = 8
export const PPP = 9
export const FDDI = 10
export const ATM_RFC1483 = 11
export const RAW = 12
export const SLIP_BSDOS = 15
export const PPP_BSDOS = 16
export const ATM_CLIP = 19
export const PPP_SERIAL = 50
export const PPP_ETHER = 51
export const SYMANTEC_FIREWALL = 99
export const C_HDLC = 104
export const IEEE802_11 = 105
export const FRELAY = 107
export const LOOP = 108
export const ENC = 109
export const HDLC = 112
export const LINUX_SLL = 113
export const LTALK = 114
export const PFLOG = 117
export const PRISM_HEADER = 119
export const IP_OVER_FC = 122
export const SUNATM = 123
export const IEEE802_11_RADIO = 127
export const ARCNET_LINUX = 129
export const JUNIPER_MLPPP = 130
export const JUNIPER_MLFR = 131
export const JUNIPER_ES = 132
export const JUNIPER_GGSN = 133
export const JUNIPER_MFR = 134
export const JUNIPER_ATM2 = 135
export const JUNIPER_SERVICES = 136
export const JUNIPER_ATM1 = 137
export const APPLE_IP_OVER_IEEE1394 = 138
export const MTP2_WITH_PHDR = 139
export const MTP2 = 140
export const DOCSIS = 143
export const LINUX_IRDA = 144
export const IEEE802_11_RADIO_AVS = 163
export const JUNIPER_MONITOR = 164
export const BACNET_MS_TP = 165
export const PPP_PPPD = 166
export const JUNIPER_PPPOE = 167
export const JUNIPER_PPPOE_ATM = 168
export const LINUX_LAPD = 177
export const JUNIPER_ETHER = 178
export const JUNIPER_PPP = 179
export const JUNIPER_FRELAY = 180
export const JUNIPER_CHDLC = 181
export const MFR = 182
export const JUNIPER_VP = 183
export const USB_FREEBSD = 186
export const BLUETOOTH_HCI_H4 = 187
export const USB_LINUX = 189
export const CAN20B = 190
export const IEEE802_15_4_LINUX = 191
export const PPI = 192
export const IEEE802_16_MAC_CPS_RADIO = 193
export const JUNIPER_ISM = 194
export const IEEE802_15_4 = 195
export const SITA = 196
export const ERF = 197
export const RAIF1 = 198
export const IPMB_KONTRON = 199
export const JUNIPER_ST = 200
export const BLUETOOTH_HCI_H4_WITH_PHDR = 201
export const AX25_KISS = 202
export const IPMB_LINUX = 209
export const IEEE802_15_4_NONASK_PHY = 215
export const USB_LINUX_MMAPPED = 220
export const IPNET = 226
export const CAN_SOCKETCAN = 227
export const IPV4 = 228
export const IPV6 = 229
export const IEEE802_15_4_NOFCS = 230
export const JUNIPER_VS = 232
export const JUNIPER_SRX_E2E = 233
export const JUNIPER_FIBRECHANNEL = 234
export const JUNIPER_ATM_CEMIC = 238
export const NFLOG = 239
export const NETANALYZER = 240
export const NETANALYZER_TRANSPARENT = 241
export const PFSYNC = 246
export const USBPCAP = 249
export const LINUX_SLL2 = 276
export const IEEE802_15_4_TAP = 283

/** In this range DLT_ and LINKTYPE_ values are equal, except for ATM_CLIP. */
export const MATCHING_MIN = 104
export const MATCHING_MAX = 289

const BY_LINK_TYPE: Readonly<Record<number, number>> = {
  100: ATM_RFC1483,
  101: RAW,
  102: SLIP_BSDOS,
  103: PPP_BSDOS,
  106: ATM_CLIP,
}

/** Maps a LINKTYPE_ value to its DLT_ value. */
export function dltOf(linkType: number): number {
  return BY_LINK_TYPE[linkType] ?? linkType
}

/** Ethernet, with or without the header of a network analyzer. */
export const ETHERNETS: ReadonlySet<number> = new Set([EN10MB, NETANALYZER, NETANALYZER_TRANSPARENT])

/** IEEE 802.11, with or without a radio header. */
export const WLANS: ReadonlySet<number> = new Set([
  IEEE802_11,
  PRISM_HEADER,
  IEEE802_11_RADIO_AVS,
  IEEE802_11_RADIO,
  PPI,
])

export const ARCNETS: ReadonlySet<number> = new Set([ARCNET, ARCNET_LINUX])

export const JUNIPERS: ReadonlySet<number> = new Set([
  ...[JUNIPER_MFR, JUNIPER_MLFR, JUNIPER_MLPPP, JUNIPER_ATM1, JUNIPER_ATM2, JUNIPER_PPPOE, JUNIPER_PPPOE_ATM],
  ...[
    JUNIPER_GGSN,
    JUNIPER_ES,
    JUNIPER_MONITOR,
    JUNIPER_SERVICES,
    JUNIPER_ETHER,
    JUNIPER_PPP,
    JUNIPER_FRELAY,
  ],
  ...[JUNIPER_CHDLC, JUNIPER_VP, JUNIPER_ST, JUNIPER_ISM, JUNIPER_VS, JUNIPER_SRX_E2E, JUNIPER_FIBRECHANNEL],
  JUNIPER_ATM_CEMIC,
])

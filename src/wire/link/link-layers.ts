import type { LayerDecoder } from '../frame-cursor.js'
import { decodeArcnet, decodeArcnetLinux } from './arcnet.js'
import { decodeAtm, decodeSunAtm } from './atm.js'
import { decodeAx25, decodeAx25Kiss } from './ax25.js'
import { decodeDocsis } from './docsis.js'
import { decodeErf } from './erf.js'
import { decodeEthernet } from './ethernet.js'
import {
  decodeBroadcomPrepended,
  decodeBroadcomTag,
  decodeEpon,
  decodeMarvellTag,
  decodeMarvellTypedTag,
  decodeMpacket,
  decodeNetanalyzer,
  decodeNetanalyzerTransparent,
} from './ethernet-wrap.js'
import { decodeFddi } from './fddi.js'
import { decodeFibreChannel, decodeIpOverFibreChannel } from './fibre-channel.js'
import { decodeEnc, decodeFirewire, decodeIpnet, decodeSlip, decodeSymantec } from './fixed-header.js'
import { decodeFrameRelay, decodeFrameRelayWithDirection, decodeMultilinkFrameRelay } from './frame-relay.js'
import { decodeInfiniband, decodeIpoib } from './infiniband.js'
import {
  decodeJuniperAtm1,
  decodeJuniperAtm2,
  decodeJuniperCiscoHdlc,
  decodeJuniperEthernet,
  decodeJuniperFrameRelay,
  decodeJuniperPpp,
  decodeJuniperPppoeAtm,
  decodeJuniperService,
} from './juniper.js'
import { decodeSll, decodeSll2 } from './linux-sll.js'
import { decodeLoopback } from './loopback.js'
import { decodeMpls } from './mpls.js'
import { decodeNetlink } from './netlink.js'
import { decodeNflog } from './nflog.js'
import { decodeOldPflog, decodePflog } from './pflog.js'
import { decodePktap, decodeUser2 } from './pktap.js'
import {
  decodeCiscoHdlc,
  decodeCiscoHdlcWithDirection,
  decodePppHdlc,
  decodePppoe,
  decodePppWithDirection,
} from './ppp.js'
import { decodeRawIp } from './raw-ip.js'
import { decodeTokenRing } from './token-ring.js'
import { decodeTzsp } from './tzsp.js'
import { decodeWlan } from './wlan.js'
import { decodeAvs, decodePpi, decodePrism, decodeRadiotap } from './wlan-monitor.js'

// Decoders of a frame's first header by LINKTYPE_* value.
const ROWS: readonly (readonly [linkType: number, decoder: LayerDecoder])[] = [
  [0, decodeLoopback], // NULL
  [1, decodeEthernet], // ETHERNET
  [3, decodeAx25], // AX25
  [6, decodeTokenRing], // IEEE802_5
  [7, decodeArcnet], // ARCNET_BSD
  [8, decodeSlip], // SLIP
  [9, decodePppHdlc], // PPP
  [10, decodeFddi], // FDDI
  [11, decodeAtm], // DLT_ATM_RFC1483 of most systems
  [12, decodeRawIp], // DLT_RAW of most systems
  [14, decodeRawIp], // DLT_RAW of OpenBSD
  [17, decodeOldPflog], // DLT_OLD_PFLOG
  [50, decodePppHdlc], // PPP_HDLC
  [51, decodePppoe], // PPP_ETHER
  [99, decodeSymantec], // SYMANTEC_FIREWALL
  [100, decodeAtm], // ATM_RFC1483
  [101, decodeRawIp], // RAW
  [104, decodeCiscoHdlc], // C_HDLC
  [105, decodeWlan], // IEEE802_11
  [106, decodeAtm], // ATM_CLIP
  [107, decodeFrameRelay], // FRELAY
  [108, decodeLoopback], // LOOP
  [109, decodeEnc], // ENC
  [112, decodeCiscoHdlc], // NETBSD_HDLC
  [113, decodeSll], // LINUX_SLL
  [117, decodePflog], // PFLOG
  [119, decodePrism], // IEEE802_11_PRISM
  [122, decodeIpOverFibreChannel], // IP_OVER_FC
  [123, decodeSunAtm], // SUNATM
  [127, decodeRadiotap], // IEEE802_11_RADIOTAP
  [128, decodeTzsp], // TZSP
  [129, decodeArcnetLinux], // ARCNET_LINUX
  [130, decodeJuniperPpp], // JUNIPER_MLPPP
  [133, decodeJuniperService], // JUNIPER_GGSN
  [135, decodeJuniperAtm2], // JUNIPER_ATM2
  [136, decodeJuniperService], // JUNIPER_SERVICES
  [137, decodeJuniperAtm1], // JUNIPER_ATM1
  [138, decodeFirewire], // APPLE_IP_OVER_IEEE1394
  [143, decodeDocsis], // DOCSIS
  [149, decodeUser2], // USER2
  [163, decodeAvs], // IEEE802_11_AVS
  [164, decodeJuniperService], // JUNIPER_MONITOR
  [166, decodePppWithDirection], // PPP_PPPD
  [167, decodeJuniperEthernet], // JUNIPER_PPPOE
  [168, decodeJuniperPppoeAtm], // JUNIPER_PPPOE_ATM
  [175, decodeErf], // ERF_ETH
  [176, decodeErf], // ERF_POS
  [178, decodeJuniperEthernet], // JUNIPER_ETHER
  [179, decodeJuniperPpp], // JUNIPER_PPP
  [180, decodeJuniperFrameRelay], // JUNIPER_FRELAY
  [181, decodeJuniperCiscoHdlc], // JUNIPER_CHDLC
  [182, decodeMultilinkFrameRelay], // MFR
  [192, decodePpi], // PPI
  [197, decodeErf], // ERF
  [202, decodeAx25Kiss], // AX25_KISS
  [204, decodePppWithDirection], // PPP_WITH_DIR
  [205, decodeCiscoHdlcWithDirection], // C_HDLC_WITH_DIR
  [206, decodeFrameRelayWithDirection], // FRELAY_WITH_DIR
  [219, decodeMpls], // MPLS
  [224, decodeFibreChannel], // FC_2
  [226, decodeIpnet], // IPNET
  [228, decodeRawIp], // IPV4
  [229, decodeRawIp], // IPV6
  [239, decodeNflog], // NFLOG
  [240, decodeNetanalyzer], // NETANALYZER
  [241, decodeNetanalyzerTransparent], // NETANALYZER_TRANSPARENT
  [242, decodeIpoib], // IPOIB
  [247, decodeInfiniband], // INFINIBAND
  [253, decodeNetlink], // NETLINK
  [258, decodePktap], // PKTAP
  [259, decodeEpon], // EPON
  [274, decodeMpacket], // ETHERNET_MPACKET
  [276, decodeSll2], // LINUX_SLL2
  [281, decodeBroadcomTag], // DSA_TAG_BRCM
  [282, decodeBroadcomPrepended], // DSA_TAG_BRCM_PREPEND
  [284, decodeMarvellTag], // DSA_TAG_DSA
  [285, decodeMarvellTypedTag], // DSA_TAG_EDSA
]

const byLinkType: readonly (LayerDecoder | undefined)[] = (() => {
  const table = new Array<LayerDecoder | undefined>(Math.max(...ROWS.map(([linkType]) => linkType)) + 1).fill(
    undefined,
  )
  for (const [linkType, decoder] of ROWS) table[linkType] = decoder
  return table
})()

/** The decoder of the first header of frames of a link type (LINKTYPE_* value). Undefined for an unknown type. */
export function linkLayer(linkType: number): LayerDecoder | undefined {
  return byLinkType[linkType]
}

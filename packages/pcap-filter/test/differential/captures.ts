import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { pcapFile } from '../../../../test/support/capture-writers.js'
import { readCapture } from '../../../../test/support/read-capture.js'
import { type Frame, linkFrames } from './link-frames.js'

/** A capture whose packets are all of one link type. */
export interface Capture {
  readonly name: string
  readonly file: Uint8Array
  readonly linkType: number
  readonly isBigEndian: boolean
  readonly frames: readonly Frame[]
}

/** Folder of captures by others; where there is none, the fixtures stand in for them. */
const CORPUS = resolve(process.env.PCAP2CONN_CORPUS ?? '../shared/corpus', 'captures')

// By LINKTYPE_ value: small, and of many protocols. Names below the corpus, without the ending `.pcap`.
const CORPUS_FILES: Readonly<Record<number, string>> = {
  0: `tcpdump/tcp_rst_diag_payload-trunc tcpdump/ospf2-seg-fault-1.pcapng wireshark-wiki/SampleCaptures__snmp_usm
    PcapPlusPlus/Tests__Packet++Test__PacketExamples__NullLoopback`,
  1: `nDPI/default__fuzz-2006-09-29-28586 wireshark-wiki/SampleCaptures__teardrop.cap nDPI/default__dns_fragmented
    PcapPlusPlus/Tests__Packet++Test__PacketExamples__ipv6_options PcapFlowLab/parsing__gtpu__25_gtpu_outer_tagged_contexts
    tcpdump/babel_update_oobr PcapFlowLab/parsing__geneve__33_geneve_inner_unsupported_ethernet_payloads
    PcapPlusPlus/Tests__Pcap++Test__one_tcp_stream_max_seq nDPI/default__ndpi_match_string_subprotocol__error.pcapng
    PcapPlusPlus/Tests__Packet++Test__PacketExamples__Ftp tcpdump/various_gre
    tcpdump/PIM-SM_join_prune wireshark-wiki/SampleCaptures__RealVNC.pcapng tcpdump/erspan-type-i-4 tcpdump/mptcp-aa-v1
    pcapng-test-generator/output_be__basic__test012.pcapng PcapFlowLab/parsing__vxlan__24_vxlan_outer_ipv4_fragmentation
    scapy/ikev2_nat_t.pcapng nDPI/default__ossfuzz_seed_fake_traces_2.pcapng wireshark-wiki/SampleCaptures__hart_ip
    wireshark-wiki/Sample-Captures__Lab-3B--de-Telem_303_241tica wireshark-wiki/SampleCaptures__s1ap_on_eNodebRestart
    wireshark-wiki/SampleCaptures__tpncp_tcp PcapPlusPlus/Tests__ExamplesTest__pcap_examples__ipv6.dmp
    nDPI/default__dtls wireshark-wiki/SampleCaptures__exablaze_trailer tcpflow/test1-part2
    tcpdump/dccp_partial_csum_v4_longer wireshark-wiki/SampleCaptures__udp_lite_normal_coverage_8-20`,
  6: 'wireshark/tools__dftestfiles__tftp',
  8: 'tcpdump/cve2015-0261-crash tcpdump/slip-compressed_sl_print-oobr',
  9: 'tcpdump/lspping-fec-ldp wireshark-wiki/SampleCaptures__dssetup_DsRoleGetPrimaryDomainInformation_ad_dc.cap',
  10: 'wireshark/tools__dftestfiles__nfs',
  50: 'tcpdump/heapoverflow-ppp_hdlc_if_print tcpdump/ppp_error_hexdump',
  100: 'tcpdump/llc-xid-heapoverflow',
  101: `PcapPlusPlus/Tests__Pcap++Test__raw_ip tcpdump/erspan-type-iii-pb-1 nDPI/default__psiphon3 tcpdump/mptcp-tcprst`,
  104: 'PcapPlusPlus/Tests__Packet++Test__PacketExamples__CiscoHDLC tcpdump/isis-extd-isreach-oobr',
  105: `tcpdump/ieee802.11_tim_ie_oobr tcpdump/ieee802.11_parse_elements_oobr packetnet/Test__CaptureFiles__80211_raw_with_fcs`,
  107: 'tcpdump/icmp-icmp_print-oobr-2 tcpdump/OSPFv3_NBMA_adjacencies',
  113: `tcpdump/bgp-role.pcapng tcpdump/babel tcpdump/bgp-infinite-loop packetnet/Test__CaptureFiles__LinuxCookedCapture
    PcapPlusPlus/Tests__Packet++Test__PacketExamples__SllPacket`,
  123: 'tcpdump/atm-heapoverflow tcpdump/atm-oam-heapoverflow',
  127: `packetnet/Test__CaptureFiles__80211_qos_data_frame_ipv4_tcp tcpdump/ieee802.11_meshhdr-oobr tcpdump/ieee802.11_htc
    tcpdump/ieee802.11_exthdr libtrace/traces__10_packets_radiotap tcpdump/ieee802.11_meshid`,
  129: 'tcpdump/arcnet-rfc1051-arp-icmp-http tcpdump/heapoverflow-atalk_2',
  137: 'tcpdump/hoobr_juniper tcpdump/hoobr_juniper2',
  138: 'wireshark-wiki/SampleCaptures__Apple_IP-over-IEEE_1394_Packet',
  141: 'wireshark-wiki/SampleCaptures__CAP',
  177: 'wireshark-wiki/SampleCaptures__abis-accept-network',
  178: 'tcpdump/bgp-aigp tcpdump/juniper_header-heapoverflow',
  187: 'wireshark-wiki/Bluetooth__tcpdumpBluetooth',
  189: 'wireshark-wiki/SampleCaptures__usb_memory_stick_delete_file',
  192: 'wireshark-wiki/SampleCaptures__Http.cap packetnet/Test__CaptureFiles__80211_per_packet_information',
  195: 'tcpdump/802_15_4-data tcpdump/802_15_4-oobr-1',
  197: 'wireshark-wiki/SampleCaptures__infiniband',
  204: 'wireshark-wiki/SampleCaptures__ppp_lcp_ipcp',
  226: 'tcpdump/e1000g',
  227: 'wireshark-wiki/SampleCaptures__CANopen',
  228: 'nDPI/default__ossfuzz_seed_fake_traces_1.pcapng tcpdump/extract_read2_asan',
  229: 'tcpdump/beep-oobr tcpdump/hoobr_rt6_print',
  230: 'wireshark-wiki/SampleCaptures__wisun-simple.pcapng scapy/zigbee-join-authenticate',
  239: 'wireshark-wiki/SampleCaptures__nflog tcpdump/nflog',
  242: 'tcpdump/ipoib',
  253: 'PcapPlusPlus/Tests__Pcap++Test__microsecs_big_endian',
  276: `PcapFlowLab/parsing__geneve__32_geneve_linux_cooked_v2_contexts PcapPlusPlus/Tests__Pcap++Test__sll2
    PcapFlowLab/parsing__linux_cooked__14_sll2_truncated_inner_ipv6`,
}

const FIXTURES = `big-endian dns fast-open fin-before-data fragments-ipv6 fragments half-close handshake icmp-errors idle
  ipv6 keep-alive lost-segment mid-stream nanoseconds.pcapng overlap-conflict reordered.pcapng reset retransmitted sctp
  snaplen syn-ack-first vlan-qinq wraparound port-reuse-same-second http.pcap.gz`

/** Link types of which packets are made: those that the compiler knows, and a few that it does not. */
export const MADE_LINK_TYPES: readonly number[] = [
  ...[
    0, 1, 6, 7, 8, 9, 10, 50, 51, 99, 100, 101, 102, 104, 105, 106, 107, 108, 109, 113, 117, 119, 122, 123,
    127, 129,
  ],
  ...[
    130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 143, 144, 163, 164, 165, 166, 167, 168, 177,
    178,
  ],
  ...[182, 192, 195, 197, 228, 229, 240, 241, 249, 276],
]
/** Link types whose headers are in the byte order of the machine that captured. */
const LINK_TYPES_BY_MACHINE = [0, 109] as const
const MADE_FRAMES = 24
const SEED = 20

/** Captures of others, or the fixtures where the corpus is absent. */
export function foundCaptures(): Capture[] {
  if (!existsSync(CORPUS)) return words(FIXTURES).map((name) => captureOf(name, 'fixtures', 1))
  return Object.entries(CORPUS_FILES).flatMap(([linkType, names]) =>
    words(names).map((name) => captureOf(name, CORPUS, Number(linkType))),
  )
}

/** A capture of each link type, made of {@link linkFrames}. */
export function madeCaptures(): Capture[] {
  const captures = MADE_LINK_TYPES.map((linkType) => madeCapture(linkType, false))
  return [...captures, ...LINK_TYPES_BY_MACHINE.map((linkType) => madeCapture(linkType, true))]
}

function madeCapture(linkType: number, isBigEndian: boolean): Capture {
  const frames = linkFrames(linkType, isBigEndian, MADE_FRAMES, SEED)
  const packets = frames.map(({ bytes, wireLength }, tsSec) => ({
    tsSec,
    tsNsec: 0,
    frame: bytes,
    originalBytes: wireLength,
  }))
  const file = pcapFile(packets, { linkType, isLittleEndian: !isBigEndian })
  return {
    name: `made of link type ${linkType}${isBigEndian ? ', big-endian' : ''}`,
    file,
    linkType,
    isBigEndian,
    frames,
  }
}

function captureOf(name: string, folder: string, linkType: number): Capture {
  const isNamedWhole = /\.(?:pcapng|cap|dmp|gz)$/.test(name)
  const stored = readFileSync(join(folder, isNamedWhole ? name : `${name}.pcap`))
  const file = name.endsWith('.gz') ? gunzipSync(stored) : stored
  const frames = readCapture(file).packets.map((packet) => {
    if (packet.linkType !== linkType) throw new Error(`${name} has a packet of link type ${packet.linkType}`)
    return { bytes: packet.frame, wireLength: packet.originalBytes }
  })
  if (frames.length === 0) throw new Error(`${name} has no packet`)
  return { name, file, linkType, isBigEndian: isBigEndian(file), frames }
}

// pcap begins with a magic number; pcapng has one behind the first block's type and length.
function isBigEndian(file: Uint8Array): boolean {
  const first = [...file.subarray(0, 4)].toString()
  if (first === '10,13,13,10') return file[8] === 0x1a
  return file[0] === 0xa1
}

function words(text: string): string[] {
  return text.split(/\s+/)
}

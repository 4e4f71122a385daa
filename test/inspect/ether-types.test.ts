import { expect, it } from 'vitest'
import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { etherTypeName, etherTypeOf } from '../../src/inspect/ether-types.js'
import { concat, ethernet, vlan } from '../support/frames.js'

const arp = Uint8Array.of(0, 1, 8, 0, 6, 4, 0, 1)

// [name, link type, frame, what it holds]
const frames: [string, number, Uint8Array, string][] = [
  ['Ethernet', 1, ethernet(arp, { etherType: 0x0806 }), 'ARP'],
  ['a VLAN tag', 1, ethernet(vlan(5, arp, 0x0806), { etherType: 0x8100 }), 'ARP'],
  ['two VLAN tags', 1, ethernet(vlan(5, vlan(6, arp, 0x88cc), 0x8100), { etherType: 0x88a8 }), 'LLDP'],
  [
    'VLAN tags without end',
    1,
    concat(
      new Uint8Array(12),
      new Uint8Array(60).fill(0x81).map((b, i) => (i % 2 === 0 ? b : 0)),
    ),
    'not IP',
  ],
  ['a length', 1, ethernet(arp, { etherType: 38 }), 'LLC'],
  ['a number without a name', 1, ethernet(arp, { etherType: 0xabcd }), 'EtherType 0xabcd'],
  ['Linux cooked', 113, concat(new Uint8Array(14), [0x88, 0x8e], arp), 'EAPOL'],
  ['a frame cut before it', 1, new Uint8Array(13), 'not IP'],
  ['another link type', 147, new Uint8Array(60), 'not IP'],
]
it.each(frames)('of %s is found', (_name, linkType, frame, name) => {
  for (const from of [0, 3]) {
    const bytes = concat(new Uint8Array(from), frame, [0x08, 0x06, 0x08, 0x06]) // what follows is another's
    const packet = { ...blankCapturedPacket(), from, to: from + frame.length }
    expect(etherTypeName(etherTypeOf(bytes, packet, linkType))).toBe(name)
  }
})

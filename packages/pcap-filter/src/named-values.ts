// Names of values in IEEE 802.11 frame control (byte 0: type in bits 2-3, subtype in bits 4-7).
export const WLAN_TYPE_MASK = 0x0c
export const WLAN_SUBTYPE_MASK = 0xf0
export const WLAN_DIRECTION_MASK = 0x03
const MANAGEMENT = 0x00
const CONTROL = 0x04
const DATA = 0x08

export const WLAN_TYPES: Readonly<Record<string, number>> = {
  data: DATA,
  mgt: MANAGEMENT,
  management: MANAGEMENT,
  ctl: CONTROL,
  control: CONTROL,
}

/** Subtypes by type, in the order in which a `subtype` without `type` is looked up. */
export const WLAN_SUBTYPES: readonly {
  readonly type: number
  readonly names: Readonly<Record<string, number>>
}[] = [
  {
    type: MANAGEMENT,
    names: {
      assocreq: 0x00,
      'assoc-req': 0x00,
      assocresp: 0x10,
      'assoc-resp': 0x10,
      reassocreq: 0x20,
      'reassoc-req': 0x20,
      reassocresp: 0x30,
      'reassoc-resp': 0x30,
      probereq: 0x40,
      'probe-req': 0x40,
      proberesp: 0x50,
      'probe-resp': 0x50,
      beacon: 0x80,
      atim: 0x90,
      disassoc: 0xa0,
      disassociation: 0xa0,
      auth: 0xb0,
      authentication: 0xb0,
      deauth: 0xc0,
      deauthentication: 0xc0,
    },
  },
  {
    type: CONTROL,
    names: { 'ps-poll': 0xa0, rts: 0xb0, cts: 0xc0, ack: 0xd0, 'cf-end': 0xe0, 'cf-end-ack': 0xf0 },
  },
  {
    type: DATA,
    names: {
      data: 0x00,
      'data-cf-ack': 0x10,
      'data-cf-poll': 0x20,
      'data-cf-ack-poll': 0x30,
      null: 0x40,
      'cf-ack': 0x50,
      'cf-poll': 0x60,
      'cf-ack-poll': 0x70,
      'qos-data': 0x80,
      'qos-data-cf-ack': 0x90,
      'qos-data-cf-poll': 0xa0,
      'qos-data-cf-ack-poll': 0xb0,
      qos: 0xc0,
      'qos-cf-poll': 0xe0,
      'qos-cf-ack-poll': 0xf0,
    },
  },
]

/** The bits To DS (1) and From DS (2) of the second frame control byte. */
export const WLAN_DIRECTIONS: Readonly<Record<string, number>> = { nods: 0, tods: 1, fromds: 2, dstods: 3 }

/** Control bytes of LLC supervisory and unnumbered frames (IEEE 802.2). */
export const LLC_SUPERVISORY: Readonly<Record<string, number>> = { rr: 0x01, rnr: 0x05, rej: 0x09 }
export const LLC_UNNUMBERED: Readonly<Record<string, number>> = {
  ui: 0x03,
  ua: 0x63,
  disc: 0x43,
  dm: 0x0f,
  sabme: 0x6f,
  test: 0xe3,
  xid: 0xaf,
  frmr: 0x87,
}

/** Reasons why OpenBSD's packet filter logged a packet. */
export const PFLOG_REASONS: Readonly<Record<string, number>> = {
  match: 0,
  'bad-offset': 1,
  fragment: 2,
  short: 3,
  normalize: 4,
  memory: 5,
  'bad-timestamp': 6,
  congestion: 7,
  'ip-option': 8,
  'proto-cksum': 9,
  'state-mismatch': 10,
  'state-insert': 11,
  'state-limit': 12,
  'src-limit': 13,
  synproxy: 14,
}

/** Actions of the packet filter. */
export const PFLOG_ACTIONS: Readonly<Record<string, number>> = {
  pass: 0,
  accept: 0,
  drop: 1,
  block: 1,
  scrub: 2,
  noscrub: 3,
  nat: 4,
  nonat: 5,
  binat: 6,
  nobinat: 7,
  rdr: 8,
  nordr: 9,
  'synproxy-drop': 10,
}

/** Looks up a name in one of these tables, ignoring case. Undefined for an unknown name. */
export function numberFor(table: Readonly<Record<string, number>>, name: string): number | undefined {
  const key = name.toLowerCase()
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** The first name of a value in one of these tables. Undefined for an unknown value. */
export function nameOf(table: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.keys(table).find((name) => table[name] === value)
}

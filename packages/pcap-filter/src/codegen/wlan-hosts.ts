import type { Direction } from '../syntax-tree.js'
import { and, type Block, not, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import { inDirection } from './directions.js'
import { equal, equalBytes, hasBits } from './loads.js'

// Offsets of the addresses in an 802.11 header, and bits of the frame control field.
const ADDRESS_1 = 4
const ADDRESS_2 = 10
const ADDRESS_3 = 16
const ADDRESS_4 = 24
const TYPE_MASK = 0x0c
const CONTROL = 0x04
const DATA_BIT = 0x08
const CONTROL_BIT = 0x04
const SUBTYPE_MASK = 0xf0
const CLEAR_TO_SEND = 0xc0
const ACKNOWLEDGMENT = 0xd0
const TO_DS = 0x01
const FROM_DS = 0x02
const BOTH_DS = 0x03

/** Matches frames from or to an address, whose position depends on the kind of frame (IEEE 802.11 §9.3). */
export function wlanHost(cx: CodeContext, address: ArrayLike<number>, direction: Direction | null): Block {
  const is = (place: number) => equalBytes(cx, 'linkHeader', place, address)
  switch (direction) {
    case 'addr1':
      return is(ADDRESS_1)
    case 'addr2': {
      const carries = carriesAddress2(cx)
      return and(carries, is(ADDRESS_2))
    }
    case 'addr3': {
      const isNotControl = not(equal(cx, 'linkHeader', 0, bpf.B, CONTROL, TYPE_MASK))
      return and(isNotControl, is(ADDRESS_3))
    }
    case 'addr4': {
      const hasBoth = equal(cx, 'linkHeader', 1, bpf.B, BOTH_DS, BOTH_DS)
      return and(hasBoth, is(ADDRESS_4))
    }
    case 'ra': {
      const isNotManagement = hasBits(cx, 'linkHeader', 0, bpf.B, DATA_BIT)
      return and(isNotManagement, is(ADDRESS_1))
    }
    case 'ta': {
      const carries = carriesAddress2(cx)
      const isNotManagement = hasBits(cx, 'linkHeader', 0, bpf.B, DATA_BIT)
      and(isNotManagement, carries)
      return and(carries, is(ADDRESS_2))
    }
    default:
      return inDirection(
        direction,
        (end) => (end === 'src' ? fromSource(cx, is) : wlanDestination(cx, is)),
        () => new Error('bug: a direction of 802.11 got past'),
      )
  }
}

// Excludes Clear To Send and Acknowledgment, which have only one address.
function carriesAddress2(cx: CodeContext): Block {
  const isNotControl = not(equal(cx, 'linkHeader', 0, bpf.B, CONTROL, TYPE_MASK))
  const isNotClear = not(equal(cx, 'linkHeader', 0, bpf.B, CLEAR_TO_SEND, SUBTYPE_MASK))
  const isNotAck = not(equal(cx, 'linkHeader', 0, bpf.B, ACKNOWLEDGMENT, SUBTYPE_MASK))
  and(isNotClear, isNotAck)
  return or(isNotControl, isNotAck)
}

const flag = (cx: CodeContext, byte: number, bits: number) => hasBits(cx, 'linkHeader', byte, bpf.B, bits)

// Tests the source. Data frames: address 4 with both DS bits, address 3 with only From DS, address 2 otherwise.
// Management frames: address 2.
function fromSource(cx: CodeContext, is: (place: number) => Block): Block {
  const bothDs = and(flag(cx, 1, TO_DS), is(ADDRESS_4))
  const fromDs = and(not(flag(cx, 1, TO_DS)), is(ADDRESS_3))
  or(fromDs, bothDs)
  and(flag(cx, 1, FROM_DS), bothDs)
  const notFromDs = and(not(flag(cx, 1, FROM_DS)), is(ADDRESS_2))
  or(notFromDs, bothDs)
  return dataOrManagement(cx, bothDs, () => is(ADDRESS_2))
}

/** Tests the destination. Data frames: address 3 with To DS, address 1 otherwise. Management frames: address 1. */
export function wlanDestination(cx: CodeContext, is: (place: number) => Block): Block {
  const toDs = and(flag(cx, 1, TO_DS), is(ADDRESS_3))
  const notToDs = and(not(flag(cx, 1, TO_DS)), is(ADDRESS_1))
  or(notToDs, toDs)
  return dataOrManagement(cx, toDs, () => is(ADDRESS_1))
}

function dataOrManagement(cx: CodeContext, data: Block, management: () => Block): Block {
  and(flag(cx, 0, DATA_BIT), data)
  const managed = and(not(flag(cx, 0, DATA_BIT)), management())
  or(managed, data)
  return and(not(flag(cx, 0, CONTROL_BIT)), data)
}

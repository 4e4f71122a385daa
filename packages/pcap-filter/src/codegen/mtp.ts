import type { Comparison, Mtp2Keyword, Mtp3Field } from '../syntax-tree.js'
import { and, type Block } from './blocks.js'
import * as bpf from './bpf.js'
import { testOf } from './comparisons.js'
import type { CodeContext } from './context.js'
import type { Mtp } from './link-layout.js'
import { compare } from './loads.js'

// The length indicator determines the kind of signal unit (ITU-T Q.703): 0, 1 to 2, or more.
const NORMAL = { mask: 0x3f, size: bpf.B, one: 1 } as const
const HIGH_SPEED = { mask: 0xff80, size: bpf.H, one: 0x80 } as const
const HIGH_SPEED_SHIFT = 3

/** Matches signal units of MTP2. @throws FilterSyntaxError on other link types. */
export function mtp2Test(cx: CodeContext, keyword: Mtp2Keyword): Block {
  const places = placesOf(cx, keyword)
  const isHighSpeed = keyword.startsWith('h')
  const { mask, size, one } = isHighSpeed ? HIGH_SPEED : NORMAL
  const offset = isHighSpeed ? places.lengthIndicatorHighSpeed : places.lengthIndicator
  const length = (jump: bpf.Jump, value: number, isReversed = false) =>
    compare(cx, 'packet', offset, size, value, { jump, mask, isReversed })
  switch (isHighSpeed ? keyword.slice(1) : keyword) {
    case 'fisu':
      return length(bpf.JEQ, 0)
    case 'lssu': {
      const isShort = length(bpf.JGT, 2 * one, true)
      return and(length(bpf.JGT, 0), isShort)
    }
    default:
      return length(bpf.JGT, 2 * one)
  }
}

interface Field {
  readonly place: 'sio' | 'opc' | 'dpc' | 'sls'
  readonly max: number
  readonly size: bpf.Size
  readonly mask: number
  /** Encodes a value as in the bytes of the field. */
  readonly encode: (value: number) => number
}

const FIELDS: Readonly<Record<string, Field>> = {
  sio: { place: 'sio', max: 255, size: bpf.B, mask: 0xffff_ffff, encode: (value) => value },
  opc: {
    place: 'opc',
    max: 16383,
    size: bpf.W,
    mask: 0x00c0ff0f,
    encode: (value) => ((value & 0x3c00) >> 10) + ((value & 0x03fc) << 6) + ((value & 0x0003) << 22),
  },
  dpc: {
    place: 'dpc',
    max: 16383,
    size: bpf.W,
    mask: 0xff3f0000,
    encode: (value) => (((value & 0x00ff) << 24) >>> 0) + ((value & 0x3f00) << 8),
  },
  sls: { place: 'sls', max: 15, size: bpf.B, mask: 0xf0, encode: (value) => value << 4 },
}

/** Compares an MTP3 field. @throws FilterSyntaxError on other link types and for values too large. */
export function mtp3Test(cx: CodeContext, keyword: Mtp3Field, comparison: Comparison, value: number): Block {
  const places = placesOf(cx, keyword)
  const isHighSpeed = keyword.startsWith('h')
  const { place, max, size, mask, encode } = FIELDS[isHighSpeed ? keyword.slice(1) : keyword]!
  if (value > max) throw cx.refuseValue(`${value} is too large for "${keyword}": the highest is ${max}`)
  const offset = places[place] + (isHighSpeed ? HIGH_SPEED_SHIFT : 0)
  return compare(cx, 'packet', offset, size, encode(value), { ...testOf(comparison), mask })
}

function placesOf(cx: CodeContext, keyword: string): Mtp {
  const { mtp } = cx.layout
  if (mtp === undefined) throw cx.refuseHere(`"${keyword}" is only valid on SS7`)
  return mtp
}

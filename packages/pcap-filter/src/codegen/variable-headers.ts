import { Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { wlanHeaderLength } from './wlan-header-length.js'

const AVS_COOKIE = 0x80211000
const AVS_COOKIE_MASK = 0xfffff000
const PRISM_HEADER_BYTES = 144

/**
 * Statements to put before all others. They store the variable offsets that the expression uses in memory words.
 *
 * libpcap 1.10 computes the offsets of the innermost layer instead, so that `geneve` and `pppoes` after a radio header
 * read memory words that were never set. Here they are always the offsets of the frame.
 *
 * @param rest Statements of the first block, before which they are put.
 */
export function variableHeaders(cx: CodeContext, rest: readonly Statement[]): Statement[] {
  const { frame } = cx
  if (frame.payload.register !== -1 && frame.linkHeader.isVariable && frame.linkHeader.register === -1) {
    frame.linkHeader = { ...frame.linkHeader, register: cx.allocateRegister() }
  }
  if (cx.outermostLinkType === dlt.PFLOG) return pflogHeaderLength(cx)
  const prefix = radioHeaderLength(cx)
  return dlt.WLANS.has(cx.outermostLinkType) ? wlanHeaderLength(cx, prefix, rest[0] ?? null) : prefix
}

// Stores the length in X and its memory word; nothing if the expression does not use it.
function radioHeaderLength(cx: CodeContext): Statement[] {
  if (cx.outermostLinkType === dlt.PRISM_HEADER) cx.mustNotOptimize = true
  const { register } = cx.frame.linkHeader
  if (register === -1) return []
  const store = [new Statement(bpf.ST, register), new Statement(bpf.MISC | bpf.TAX)]
  switch (cx.outermostLinkType) {
    case dlt.PRISM_HEADER:
      return [...prismHeaderLength(store[0]!), ...store]
    case dlt.IEEE802_11_RADIO_AVS:
      return [new Statement(bpf.LD | bpf.W | bpf.ABS, 4), ...store]
    case dlt.IEEE802_11_RADIO:
    case dlt.PPI:
      return [
        // Two bytes, low byte first.
        new Statement(bpf.LD | bpf.B | bpf.ABS, 3),
        new Statement(bpf.ALU | bpf.LSH | bpf.K, 8),
        new Statement(bpf.MISC | bpf.TAX),
        new Statement(bpf.LD | bpf.B | bpf.ABS, 2),
        new Statement(bpf.ALU | bpf.OR | bpf.X),
        ...store,
      ]
    default:
      return []
  }
}

// Some drivers write an AVS header although the link type says Prism.
function prismHeaderLength(store: Statement): Statement[] {
  const isAvs = new Statement(bpf.JMP | bpf.JEQ | bpf.K, AVS_COOKIE)
  const avsLength = new Statement(bpf.LD | bpf.W | bpf.ABS, 4)
  const prismLength = new Statement(bpf.LD | bpf.W | bpf.IMM, PRISM_HEADER_BYTES)
  const skip = new Statement(bpf.JMP | bpf.JA, 1)
  isAvs.whenTrue = avsLength
  isAvs.whenFalse = prismLength
  skip.whenFalse = store
  return [
    new Statement(bpf.LD | bpf.W | bpf.ABS, 0),
    new Statement(bpf.ALU | bpf.AND | bpf.K, AVS_COOKIE_MASK),
    isAvs,
    avsLength,
    skip,
    prismLength,
  ]
}

// The first byte, rounded up to a multiple of 4.
function pflogHeaderLength(cx: CodeContext): Statement[] {
  const { register } = cx.frame.payload
  if (register === -1) return []
  return [
    new Statement(bpf.LD | bpf.B | bpf.ABS, 0),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 3),
    new Statement(bpf.ALU | bpf.AND | bpf.K, 0xfffffffc),
    new Statement(bpf.ST, register),
    new Statement(bpf.MISC | bpf.TAX),
  ]
}

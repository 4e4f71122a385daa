import { Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'

const DATA_HEADER_BYTES = 24
const DATA_BIT = 0x08
const CONTROL_BIT = 0x04
const QOS_BIT = 0x80
const PADDED = 0x20
// Bits of the first presence word of a radiotap header. It is little-endian but loaded as big-endian.
const HAS_FLAGS = 0x02000000
const HAS_EXTENSION = 0x00000080
const HAS_TIME = 0x01000000
const FLAGS_AT = 8
const FLAGS_AFTER_TIME_AT = 16

/**
 * Statements that compute the payload offset of an 802.11 data frame: 24 bytes after the radio header, 26 with QoS,
 * rounded up to a multiple of 4 if radiotap says so.
 *
 * @param prefix Statements that put the length of the radio header into X; empty without a radio header.
 * @param rest The statement at which to continue.
 */
export function wlanHeaderLength(cx: CodeContext, prefix: Statement[], rest: Statement | null): Statement[] {
  const { linkType, payload } = cx.frame
  const { register } = payload
  if (register === -1) return prefix
  cx.mustNotOptimize = true
  const start =
    prefix.length > 0 ? prefix : [new Statement(bpf.LDX | bpf.IMM, cx.outermostLinkHeader.constant)]
  const qos = [
    new Statement(bpf.LD | bpf.MEM, register),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 2),
    new Statement(bpf.ST, register),
  ]
  const padding = linkType === dlt.IEEE802_11_RADIO ? paddingStatements(register, rest) : []

  const isQos = bits(QOS_BIT, qos[0]!, padding[0] ?? rest)
  const isControl = bits(CONTROL_BIT, rest, isQos)
  const isData = bits(DATA_BIT, isControl, rest)
  return [
    ...start,
    new Statement(bpf.MISC | bpf.TXA),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, DATA_HEADER_BYTES),
    new Statement(bpf.ST, register),
    new Statement(bpf.LD | bpf.IND | bpf.B, 0),
    isData,
    isControl,
    isQos,
    ...qos,
    ...padding,
  ]
}

// Atheros adapters pad the header, and set a bit in the flags field of the radiotap header.
function paddingStatements(register: number, rest: Statement | null): Statement[] {
  const round = [
    new Statement(bpf.LD | bpf.MEM, register),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 3),
    new Statement(bpf.ALU | bpf.AND | bpf.K, 0xfffffffc),
    new Statement(bpf.ST, register),
  ]
  const loadAfterTime = new Statement(bpf.LD | bpf.ABS | bpf.B, FLAGS_AFTER_TIME_AT)
  const isPaddedAfterTime = bits(PADDED, round[0]!, rest)
  const loadFlags = new Statement(bpf.LD | bpf.ABS | bpf.B, FLAGS_AT)
  const isPadded = bits(PADDED, round[0]!, rest)
  const hasTime = bits(HAS_TIME, loadAfterTime, loadFlags)
  const hasExtension = bits(HAS_EXTENSION, rest, hasTime)
  const hasFlags = bits(HAS_FLAGS, hasExtension, rest)
  return [
    new Statement(bpf.LD | bpf.ABS | bpf.W, 4),
    hasFlags,
    hasExtension,
    hasTime,
    loadAfterTime,
    isPaddedAfterTime,
    loadFlags,
    isPadded,
    ...round,
  ]
}

function bits(mask: number, whenTrue: Statement | null, whenFalse: Statement | null): Statement {
  const statement = new Statement(bpf.JMP | bpf.JSET | bpf.K, mask)
  statement.whenTrue = whenTrue
  statement.whenFalse = whenFalse
  return statement
}

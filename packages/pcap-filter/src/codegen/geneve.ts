import { and, Block, or, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { constant, equal, loadIpv4HeaderLength, loadVariablePart } from './loads.js'
import { ipv4Port, ipv6Port, UDP } from './ports.js'

const PORT = { low: 6081, high: 6081, isSingle: true }
const MAX_NETWORK = 0xffffff
const UDP_HEADER_BYTES = 8
const GENEVE_HEADER_BYTES = 8
const ETHER_TYPE_AT = 12
const IPV6_HEADER_BYTES = 40

/**
 * Matches packets with a Geneve header (RFC 8926). Later tests look into the frame or packet after it, whose offset
 * depends on the length of the options.
 *
 * @param network Null for any.
 */
export function geneveTest(cx: CodeContext, network: number | null): Block {
  const ipv4 = overIpv4(cx, network)
  const whole = or(ipv4, overIpv6(cx, network))
  const enter = enterStatements(cx)
  const always = constant(true)
  always.statements.unshift(...enter)
  and(whole, always)
  cx.isGeneve = true
  return always
}

// The version must be 0. The network identifier is in the upper three bytes of the second word.
function headerTest(cx: CodeContext, base: 'ipv4Transport' | 'ipv6Transport', network: number | null): Block {
  const isPort = (base === 'ipv4Transport' ? ipv4Port : ipv6Port)(cx, PORT, UDP, 'dst')
  const isVersion = and(isPort, equal(cx, base, UDP_HEADER_BYTES, bpf.B, 0, 0xc0))
  if (network === null) return isVersion
  if (network > MAX_NETWORK)
    throw cx.refuseValue(`${network} is not a Geneve network: the highest is ${MAX_NETWORK}`)
  return and(isVersion, equal(cx, base, UDP_HEADER_BYTES + 4, bpf.W, network << 8, 0xffffff00))
}

// Both put the length of the IP header and of variable headers before it into A. X has the same value, so the test is
// always true.
function overIpv4(cx: CodeContext, network: number | null): Block {
  const isGeneve = headerTest(cx, 'ipv4Transport', network)
  const statements = [...loadIpv4HeaderLength(cx), new Statement(bpf.MISC | bpf.TXA)]
  return and(isGeneve, new Block(bpf.JMP | bpf.JEQ | bpf.X, 0, statements))
}

function overIpv6(cx: CodeContext, network: number | null): Block {
  const isGeneve = headerTest(cx, 'ipv6Transport', network)
  const variable = loadVariablePart(cx, 'payload')
  const statements = [...variable, new Statement(bpf.LD | bpf.IMM, IPV6_HEADER_BYTES)]
  if (variable.length > 0) statements.push(new Statement(bpf.ALU | bpf.ADD | bpf.X))
  statements.push(new Statement(bpf.MISC | bpf.TAX))
  return and(isGeneve, new Block(bpf.JMP | bpf.JEQ | bpf.X, 0, statements))
}

// Computes the offsets of the inner EtherType, the end of the Geneve header and the inner payload.
function enterStatements(cx: CodeContext): Statement[] {
  const toGeneve = cx.payload.constant + cx.networkOffset + UDP_HEADER_BYTES
  const typeRegister = cx.allocateRegister()
  cx.linkTypeField = { isVariable: true, constant: 0, register: typeRegister }
  const headerRegister = cx.allocateRegister()
  cx.enterLinkLayer(dlt.EN10MB, { isVariable: true, constant: 0, register: headerRegister })
  cx.mustNotOptimize = true
  const payloadRegister = cx.allocateRegister()
  cx.payload = { isVariable: true, constant: 0, register: payloadRegister }
  cx.networkOffset = 0

  const isEthernet = new Statement(bpf.JMP | bpf.JEQ | bpf.K, ether.TEB)
  const ethernet = [
    new Statement(bpf.MISC | bpf.TXA),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, ETHER_TYPE_AT),
    new Statement(bpf.ST, typeRegister),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 2),
    new Statement(bpf.MISC | bpf.TAX),
  ]
  const storePayload = new Statement(bpf.STX, payloadRegister)
  isEthernet.whenTrue = ethernet[0]!
  isEthernet.whenFalse = storePayload
  return [
    new Statement(bpf.ALU | bpf.ADD | bpf.K, toGeneve),
    new Statement(bpf.MISC | bpf.TAX),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 2),
    new Statement(bpf.ST, typeRegister),
    // Length of the options in words.
    new Statement(bpf.LD | bpf.IND | bpf.B, 0),
    new Statement(bpf.ALU | bpf.AND | bpf.K, 0x3f),
    new Statement(bpf.ALU | bpf.MUL | bpf.K, 4),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, GENEVE_HEADER_BYTES),
    new Statement(bpf.ALU | bpf.ADD | bpf.X),
    new Statement(bpf.ST, headerRegister),
    new Statement(bpf.LD | bpf.IND | bpf.H, 2),
    new Statement(bpf.LDX | bpf.MEM, headerRegister),
    isEthernet,
    ...ethernet,
    storePayload,
  ]
}

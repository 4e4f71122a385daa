import type { Expression } from '../syntax-tree.js'
import { alternativesTest, joined, links } from './alternatives.js'
import { relationTest } from './arithmetic.js'
import { atmFieldTest, atmTest } from './atm.js'
import { and, Block, close, jumpBlock, not, or, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import { CodeContext, type Surroundings } from './context.js'
import * as dlt from './dlt.js'
import { mplsTest, pppoeSessionTest, vlanTest } from './encapsulations.js'
import * as ether from './ether-types.js'
import { geneveTest } from './geneve.js'
import { identifierTest } from './identifiers.js'
import { linkTypeIs } from './link-type-test.js'
import { llcTest } from './llc.js'
import { mtp2Test, mtp3Test } from './mtp.js'
import {
  broadcastTest,
  byteTest,
  directionTest,
  interfaceTest,
  lengthTest,
  multicastTest,
  wlanDirectionTest,
  wlanTypeTest,
} from './packet-tests.js'
import { pflogNameTest, pflogNumberTest } from './pflog.js'
import { protocolTest } from './protocols.js'
import { variableHeaders } from './variable-headers.js'

/** The program's result for a matching packet; any number but 0 would do. */
const ACCEPTED = 0x40000

/** A program before optimization. */
export interface Code {
  readonly root: Block
  /** True when it has a loop or a jump inside a block, which the optimizer cannot handle. */
  readonly mustNotOptimize: boolean
}

/**
 * Compiles a syntax tree for one link type.
 *
 * @param tree Null to match every packet.
 * @param linkType LINKTYPE_ value
 * @param joinsAlternatives True to make one test of each list of addresses or ports.
 * @throws FilterSyntaxError when libpcap would reject the expression.
 */
export function generateCode(
  tree: Expression | null,
  linkType: number,
  surroundings: Surroundings,
  joinsAlternatives = false,
): Code {
  const cx = new CodeContext(dlt.dltOf(linkType), surroundings, joinsAlternatives)
  if (tree === null) return { root: new Block(bpf.RET | bpf.K, ACCEPTED), mustNotOptimize: false }
  const test = generate(cx, tree)
  const { head } = test
  head.statements = [...variableHeaders(cx, head.statements), ...head.statements]
  const whole = cx.frame.linkType === dlt.PPI ? and(isWlanInPpi(), test) : test
  return { root: close(whole, ACCEPTED), mustNotOptimize: cx.mustNotOptimize }
}

// PPI has the link type of its content, little-endian. Only 802.11 content is supported.
function isWlanInPpi(): Block {
  return jumpBlock(bpf.JEQ, dlt.IEEE802_11 << 24, [new Statement(bpf.LD | bpf.W | bpf.ABS, 4)])
}

function generate(cx: CodeContext, tree: Expression): Block {
  if (tree.kind === 'chain') {
    let whole: Block | null = null
    for (const { operator, operands } of cx.joinsAlternatives ? joined(tree) : links(tree)) {
      const next = operands.length === 1 ? generate(cx, operands[0]!) : alternativesTest(cx, operands)
      whole = whole === null ? next : (operator === 'and' ? and : or)(whole, next)
    }
    if (whole === null) throw new Error('bug: a chain without tests')
    return whole
  }
  if (tree.kind === 'not') return not(generate(cx, tree.operand))
  cx.column = tree.column
  cx.valueColumn = tree.valueColumn ?? tree.column
  return generateTest(cx, tree)
}

function generateTest(cx: CodeContext, tree: Exclude<Expression, { kind: 'chain' | 'not' }>): Block {
  switch (tree.kind) {
    case 'identifier':
      return identifierTest(cx, tree.qualifiers, tree.identifier)
    case 'protocol':
      return protocolTest(cx, tree.protocol)
    case 'relation':
      return relationTest(cx, tree.comparison, tree.left, tree.right)
    case 'broadcast':
      return broadcastTest(cx, tree.protocol)
    case 'multicast':
      return multicastTest(cx, tree.protocol)
    case 'less':
    case 'greater':
      return lengthTest(tree.kind, tree.value)
    case 'byte':
      return byteTest(cx, tree.offset, tree.operator, tree.value)
    case 'inbound':
    case 'outbound':
      return directionTest(cx, tree.kind)
    case 'ifindex':
      return interfaceTest(cx, tree.value)
    case 'vlan':
      return vlanTest(cx, tree.value)
    case 'mpls':
      return mplsTest(cx, tree.value)
    case 'pppoed':
      return linkTypeIs(cx, ether.PPPOED)
    case 'pppoes':
      return pppoeSessionTest(cx, tree.value)
    case 'geneve':
      return geneveTest(cx, tree.value)
    case 'ifname':
    case 'ruleset':
      return pflogNameTest(cx, tree.kind, tree.name)
    case 'rulenum':
    case 'subrulenum':
    case 'reason':
    case 'action':
      return pflogNumberTest(cx, tree.kind, tree.value)
    case 'wlanType':
      return wlanTypeTest(cx, tree.type, tree.subtype)
    case 'wlanDirection':
      return wlanDirectionTest(cx, tree.value)
    case 'llc':
      return llcTest(cx, tree.frame)
    case 'vpi':
    case 'vci':
      return atmFieldTest(cx, tree.kind, tree.comparison, tree.value)
    case 'fisu':
    case 'lssu':
    case 'msu':
    case 'hfisu':
    case 'hlssu':
    case 'hmsu':
      return mtp2Test(cx, tree.kind)
    case 'sio':
    case 'opc':
    case 'dpc':
    case 'sls':
    case 'hsio':
    case 'hopc':
    case 'hdpc':
    case 'hsls':
      return mtp3Test(cx, tree.kind, tree.comparison, tree.value)
    default:
      return atmTest(cx, tree.kind)
  }
}

import { tokensOf } from './lexer.js'
import { nameOf, PFLOG_ACTIONS } from './named-values.js'
import type { Arithmetic, Expression, Identifier, Qualifiers } from './syntax-tree.js'

/** Prints a tree. Parsing the text gives an equal tree, except for columns. */
export function printExpression(tree: Expression | null): string {
  return tree === null ? '' : expressionText(tree)
}

function expressionText(tree: Expression): string {
  switch (tree.kind) {
    case 'chain':
      return [
        operandText(tree.first),
        ...tree.rest.map(({ operator, operand }) => `${operator} ${operandText(operand)}`),
      ].join(' ')
    case 'not':
      return `not ${operandText(tree.operand)}`
    case 'identifier':
      return `${qualifiersText(tree.qualifiers)} ${identifierText(tree.identifier)}`
    case 'protocol':
      return tree.protocol
    case 'relation':
      return `${arithmeticText(tree.left)} ${tree.comparison} ${arithmeticText(tree.right)}`
    case 'broadcast':
    case 'multicast':
      return tree.protocol === null ? tree.kind : `${tree.protocol} ${tree.kind}`
    case 'byte':
      return `byte ${tree.offset} ${tree.operator} ${tree.value}`
    case 'vlan':
    case 'mpls':
    case 'pppoes':
    case 'geneve':
      return tree.value === null ? tree.kind : `${tree.kind} ${tree.value}`
    case 'less':
    case 'greater':
    case 'ifindex':
    case 'rulenum':
    case 'subrulenum':
    case 'reason':
      return `${tree.kind} ${tree.value}`
    case 'action':
      return `action ${nameOf(PFLOG_ACTIONS, tree.value) ?? tree.value}`
    case 'ifname':
    case 'ruleset':
      return `${tree.kind} ${nameText(tree.name)}`
    case 'wlanType':
      return tree.subtype === null ? `type ${tree.type}` : `type ${tree.type} subtype ${tree.subtype}`
    case 'wlanDirection':
      return `dir ${tree.value}`
    case 'llc':
      return tree.frame === null ? 'llc' : `llc ${tree.frame}`
    default:
      return 'comparison' in tree ? `${tree.kind} ${tree.comparison} ${tree.value}` : tree.kind
  }
}

function operandText(tree: Expression): string {
  return tree.kind === 'chain' ? `(${expressionText(tree)})` : expressionText(tree)
}

function qualifiersText({ protocol, direction, kind }: Qualifiers): string {
  return [protocol, direction, kind].filter((word) => word !== null).join(' ')
}

function identifierText(identifier: Identifier): string {
  switch (identifier.form) {
    case 'name':
      return nameText(identifier.text)
    case 'number':
      return String(identifier.value)
    case 'ipv4': {
      const { text, mask } = identifier
      if (mask === null) return text
      return typeof mask === 'number' ? `${text}/${mask}` : `${text} mask ${mask}`
    }
    case 'ipv6':
      return identifier.prefix === null ? identifier.text : `${identifier.text}/${identifier.prefix}`
    default:
      return identifier.text
  }
}

// A backslash makes a keyword a name.
function nameText(name: string): string {
  return isName(name) ? name : `\\${name}`
}

function isName(text: string): boolean {
  try {
    const [first, second] = tokensOf(text)
    return first?.kind === 'name' && first.text === text && second?.kind === 'end'
  } catch {
    return false
  }
}

function arithmeticText(tree: Arithmetic): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value)
    case 'length':
      return 'len'
    case 'load':
      return `${tree.protocol}[${arithmeticText(tree.offset)}:${tree.size}]`
    case 'negate':
      return `-${arithmeticOperandText(tree.operand)}`
    case 'binary':
      return `${arithmeticOperandText(tree.left)} ${tree.operator} ${arithmeticOperandText(tree.right)}`
  }
}

function arithmeticOperandText(tree: Arithmetic): string {
  return tree.kind === 'binary' || tree.kind === 'negate' ? `(${arithmeticText(tree)})` : arithmeticText(tree)
}

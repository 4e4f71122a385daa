import type { Expression } from './syntax-tree.js'

/** The host names in a tree to look up, each once. */
export function hostNamesOf(tree: Expression | null): string[] {
  const names = new Set<string>()
  const pending = tree === null ? [] : [tree]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'chain') pending.push(node.first, ...node.rest.map(({ operand }) => operand))
    if (node.kind === 'not') pending.push(node.operand)
    if (node.kind !== 'identifier' || node.identifier.form !== 'name') continue
    const { kind, protocol } = node.qualifiers
    const isHost = (kind === null || kind === 'host') && protocol !== 'link' && protocol !== 'decnet'
    if (isHost) names.add(node.identifier.text)
  }
  return [...names]
}

import type { Statement } from '../codegen/blocks.js'
import { ATOMS, definedAtom, hasAtom, REMOVED, usedAtoms } from './atoms.js'
import type { Node } from './flow-graph.js'
import type { PassProgress } from './progress.js'

/** Removes statements whose result is never read, even loads from the packet, which would reject short packets. */
export function removeDeadStores(node: Node, progress: PassProgress): void {
  // For each atom, the last statement that wrote it, unless it was read since.
  const unread = new Array<Statement | null>(ATOMS).fill(null)
  for (const statement of node.block.statements) {
    forget(unread, usedAtoms(statement))
    const atom = definedAtom(statement)
    if (atom < 0) continue
    remove(unread[atom]!, progress)
    unread[atom] = statement
  }
  forget(unread, usedAtoms(node.block))
  for (let atom = 0; atom < ATOMS; atom++) {
    if (!hasAtom(node.outUse, atom)) remove(unread[atom]!, progress)
  }
}

function forget(unread: (Statement | null)[], used: number): void {
  for (let atom = 0; atom < ATOMS; atom++) if (hasAtom(used, atom)) unread[atom] = null
}

function remove(statement: Statement | null, progress: PassProgress): void {
  if (statement === null) return
  statement.code = REMOVED
  progress.simplified()
}

import type { Statement } from '../codegen/blocks.js'
import { ATOMS, definedAtom, hasAtom, REMOVED, usedAtoms } from './atoms.js'
import type { Node } from './flow-graph.js'
import type { PassProgress } from './progress.js'

/** Takes out statements whose result nothing reads. A load from the packet goes too, and with it what it would refuse. */
export function removeDeadStores(node: Node, progress: PassProgress): void {
  // The last statement that wrote an atom, while nothing has read it.
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

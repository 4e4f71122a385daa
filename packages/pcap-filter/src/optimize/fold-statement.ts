import type { Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { FilterSyntaxError } from '../filter-syntax-error.js'
import { A, REMOVED, X } from './atoms.js'
import type { PassProgress } from './progress.js'
import type { ValueTable } from './value-table.js'

/** The state in which statements are folded. */
export interface Scope {
  readonly table: ValueTable
  /** Value numbers of the atoms at this point. */
  readonly values: Float64Array
  readonly progress: PassProgress
  /** True if statements may be changed; false to only track values. */
  readonly mayChange: boolean
}

/**
 * Updates the values by a statement, and simplifies the statement if its operands are known.
 *
 * @throws FilterSyntaxError for a division by a constant zero, or a shift by a constant above 31.
 */
export function foldStatement(scope: Scope, statement: Statement): void {
  const { table, values, mayChange, progress } = scope
  const { code } = statement
  switch (bpf.classOf(code)) {
    case bpf.LD:
      foldLoad(scope, statement)
      return
    case bpf.LDX:
      if (bpf.modeOf(code) === bpf.MEM) {
        const value = values[statement.k]!
        const constant = mayChange ? table.constant(value) : null
        if (constant !== null) {
          become(statement, bpf.LDX | bpf.IMM, constant)
          progress.simplified()
        }
        assign(scope, statement, X, value)
      } else if (bpf.modeOf(code) === bpf.IMM) {
        assign(scope, statement, X, table.ofConstant(statement.k))
      } else {
        assign(scope, statement, X, table.of(code, statement.k, 0))
      }
      return
    case bpf.ST:
      assign(scope, statement, statement.k, values[A]!)
      return
    case bpf.STX:
      assign(scope, statement, statement.k, values[X]!)
      return
    case bpf.MISC:
      if (code === (bpf.MISC | bpf.TAX)) assign(scope, statement, X, values[A]!)
      else assign(scope, statement, A, values[X]!)
      return
    case bpf.ALU:
      if (bpf.operationOf(code) === bpf.NEG) foldNegation(scope, statement)
      else if (bpf.sourceOf(code) === bpf.K) foldWithConstant(scope, statement)
      else foldWithX(scope, statement)
  }
}

// Removes a statement that gives an atom the value it already has.
function assign({ values, mayChange }: Scope, statement: Statement, atom: number, value: number): void {
  if (mayChange && value !== 0 && values[atom] === value) statement.code = REMOVED
  else values[atom] = value
}

function become(statement: Statement, code: number, k: number): void {
  statement.code = code
  statement.k = k >>> 0
}

function foldLoad(scope: Scope, statement: Statement): void {
  const { table, values, mayChange, progress } = scope
  const { code, k } = statement
  switch (bpf.modeOf(code)) {
    case bpf.IND: {
      const index = values[X]!
      const constant = mayChange ? table.constant(index) : null
      if (constant === null) {
        assign(scope, statement, A, table.of(code, k, index))
        return
      }
      become(statement, bpf.LD | bpf.ABS | bpf.sizeOf(code), k + constant)
      progress.simplified()
      assign(scope, statement, A, table.of(statement.code, statement.k, 0))
      return
    }
    case bpf.MEM: {
      const value = values[k]!
      const constant = mayChange ? table.constant(value) : null
      if (constant !== null) {
        become(statement, bpf.LD | bpf.IMM, constant)
        progress.simplified()
      }
      assign(scope, statement, A, value)
      return
    }
    case bpf.IMM:
      assign(scope, statement, A, table.ofConstant(k))
      return
    case bpf.LEN:
      assign(scope, statement, A, table.of(code, 0, 0))
      return
    default:
      assign(scope, statement, A, table.of(code, k, 0))
  }
}

function foldNegation({ table, values, mayChange }: Scope, statement: Statement): void {
  const constant = mayChange ? table.constant(values[A]!) : null
  if (constant === null) {
    values[A] = table.of(statement.code, values[A]!, 0)
    return
  }
  become(statement, bpf.LD | bpf.IMM, -constant)
  values[A] = table.ofConstant(statement.k)
}

function foldWithConstant(scope: Scope, statement: Statement): void {
  const { table, values, mayChange, progress } = scope
  const { code, k } = statement
  if (mayChange) {
    if (k === 0 && foldWithZero(scope, statement)) return
    const constant = table.constant(values[A]!)
    if (constant !== null) {
      become(statement, bpf.LD | bpf.IMM, calculate(bpf.operationOf(code), constant, k))
      progress.simplified()
      values[A] = table.ofConstant(statement.k)
      return
    }
  }
  values[A] = table.of(code, values[A]!, table.ofConstant(k))
}

// Keeps subtraction, because the comparison after it may absorb it.
function foldWithZero({ table, values }: Scope, statement: Statement): boolean {
  switch (bpf.operationOf(statement.code)) {
    case bpf.ADD:
    case bpf.LSH:
    case bpf.RSH:
    case bpf.OR:
    case bpf.XOR:
      statement.code = REMOVED
      return true
    case bpf.MUL:
    case bpf.AND:
      become(statement, bpf.LD | bpf.IMM, 0)
      values[A] = table.ofConstant(0)
      return true
    case bpf.DIV:
    case bpf.MOD:
      throw divisionByZero()
    default:
      return false
  }
}

function foldWithX(scope: Scope, statement: Statement): void {
  const { table, values, mayChange, progress } = scope
  const operation = bpf.operationOf(statement.code)
  const left = mayChange ? table.constant(values[A]!) : null
  const right = mayChange ? table.constant(values[X]!) : null
  if (right !== null) {
    progress.simplified()
    if (left !== null) {
      become(statement, bpf.LD | bpf.IMM, calculate(operation, left, right))
      values[A] = table.ofConstant(statement.k)
      return
    }
    become(statement, bpf.ALU | bpf.K | operation, right)
    if ((operation === bpf.LSH || operation === bpf.RSH) && right > 31) {
      throw new FilterSyntaxError('a shift by more than 31 bits', 1, 'linkType')
    }
    values[A] = table.of(statement.code, values[A]!, table.ofConstant(right))
    return
  }
  if (left === 0) {
    switch (operation) {
      case bpf.ADD:
      case bpf.OR:
      case bpf.XOR:
        become(statement, bpf.MISC | bpf.TXA, 0)
        assign(scope, statement, A, values[X]!)
        return
      case bpf.SUB:
        break
      default:
        become(statement, bpf.LD | bpf.IMM, 0)
        assign(scope, statement, A, table.ofConstant(0))
        return
    }
  }
  values[A] = table.of(statement.code, values[A]!, values[X]!)
}

// libpcap does not notice it for link types whose programs it does not optimize.
function divisionByZero(): FilterSyntaxError {
  return new FilterSyntaxError('division by zero', 1, 'linkType')
}

/** Computes an ALU operation on uint32 values. @throws FilterSyntaxError for a division by zero. */
function calculate(operation: number, left: number, right: number): number {
  switch (operation) {
    case bpf.ADD:
      return (left + right) >>> 0
    case bpf.SUB:
      return (left - right) >>> 0
    case bpf.MUL:
      return Math.imul(left, right) >>> 0
    case bpf.DIV:
      if (right === 0) throw divisionByZero()
      return Math.floor(left / right)
    case bpf.MOD:
      if (right === 0) throw divisionByZero()
      return left % right
    case bpf.AND:
      return (left & right) >>> 0
    case bpf.OR:
      return (left | right) >>> 0
    case bpf.XOR:
      return (left ^ right) >>> 0
    case bpf.LSH:
      return right > 31 ? 0 : (left << right) >>> 0
    default:
      return right > 31 ? 0 : left >>> right
  }
}

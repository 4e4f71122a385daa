import type { LiveInterface } from '../pipeline/live/live-interfaces.js'
import { safeJson } from '../safe-json.js'
import { printable } from './printable.js'

const HEADINGS = ['NAME', 'STATE', 'ADDRESSES', 'DESCRIPTION'] as const

/** The interfaces for people: a line for each, columns in line, safe for a terminal. */
export function interfacesTable(interfaces: readonly LiveInterface[]): string {
  const rows = [HEADINGS, ...interfaces.map(cells)].map((row) => row.map(printable))
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** The interfaces as a JSON array, indented, ending in a line feed. `up` null: it isn't told. */
export function interfacesJson(interfaces: readonly LiveInterface[]): string {
  const objects = interfaces.map(({ name, addresses, description, isUp, isLoopback }) => ({
    name,
    addresses,
    description,
    up: isUp,
    loopback: isLoopback,
  }))
  return `${safeJson(objects, 2)}\n`
}

function cells({ name, addresses, description, isUp, isLoopback }: LiveInterface): string[] {
  const state = [...(isUp === null ? [] : [isUp ? 'up' : 'down']), ...(isLoopback ? ['loopback'] : [])]
  return [name, state.join(', ') || '-', addresses.join(' ') || '-', description ?? '']
}

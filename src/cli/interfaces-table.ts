import type { LiveInterface } from '../pipeline/live/live-interfaces.js'
import { safeJson } from '../safe-json.js'
import { printable } from './printable.js'

const HEADINGS = ['NAME', 'STATE', 'ADDRESSES', 'DESCRIPTION'] as const

/** Formats the interfaces as an aligned table, safe for a terminal. */
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

/** Formats the interfaces as an indented JSON array with a final line feed. `up` is null when unknown. */
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

import type { Summary } from '../summary.js'

/** Numbers by name, in nested groups. */
export interface CountTree {
  readonly [name: string]: number | CountTree
}

/** The counts of a run or of a part of it, which add up to those of a summary. */
export type Counts = Pick<
  Summary,
  | 'packets'
  | 'connections'
  | 'bytes'
  | 'overlap_conflicts'
  | 'gaps'
  | 'files'
  | 'damage'
  | 'limits'
  | 'details'
  | 'unknown_link_types'
>

/** The counts of a summary. */
export function countsOf(summary: Summary): Counts {
  const { packets, connections, bytes, overlap_conflicts, gaps, files, damage } = summary
  const { limits, details, unknown_link_types } = summary
  return {
    packets,
    connections,
    bytes,
    overlap_conflicts,
    gaps,
    files,
    damage,
    limits,
    details,
    unknown_link_types,
  }
}

/** Adds counts by name. */
export function addedUp(a: Counts, b: Counts): Counts {
  return combined(a as unknown as CountTree, b as unknown as CountTree, 1) as unknown as Counts
}

/** Subtracts `before` from `now`. */
export function countedSince(before: Counts, now: Counts): Counts {
  return combined(now as unknown as CountTree, before as unknown as CountTree, -1) as unknown as Counts
}

/** Groups whose names depend on the traffic. */
const OPEN_GROUPS: ReadonlySet<string> = new Set(['connections', 'limits', 'details', 'unknown_link_types'])

/** True when `value` has the groups and names of `form`, possibly more in open groups, and no number below 0. */
export function haveForm(form: Counts, value: unknown): value is Counts {
  return agrees(form as unknown as CountTree, value, false)
}

function combined(a: CountTree, b: CountTree, sign: 1 | -1): CountTree {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  const groupOf = (tree: CountTree, name: string) => (Object.hasOwn(tree, name) ? tree[name] : undefined)
  return Object.fromEntries(
    [...names].map((name) => {
      const [one, other] = [groupOf(a, name), groupOf(b, name)]
      if (typeof one === 'object' || typeof other === 'object')
        return [name, combined(groupIn(one), groupIn(other), sign)]
      return [name, (one ?? 0) + sign * (other ?? 0)]
    }),
  )
}

function groupIn(value: number | CountTree | undefined): CountTree {
  return typeof value === 'object' ? value : {}
}

function agrees(form: CountTree, value: unknown, isOpen: boolean): value is CountTree {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return (
    Object.keys(form).every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, found]) => {
      const expected = Object.hasOwn(form, name) ? form[name] : undefined
      if (typeof expected === 'object') return agrees(expected, found, OPEN_GROUPS.has(name))
      return (isOpen || expected !== undefined) && Number.isSafeInteger(found) && found >= 0
    })
  )
}

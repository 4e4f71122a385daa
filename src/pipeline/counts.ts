import type { Summary } from '../summary.js'

/** Numbers by name, in groups. */
export interface CountTree {
  readonly [name: string]: number | CountTree
}

/** What a run, or a part of it, has counted: what parts of a summary are added up from. */
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

/** Every name that is in either, with the sum. */
export function addedUp(a: Counts, b: Counts): Counts {
  return combined(a as unknown as CountTree, b as unknown as CountTree, 1) as unknown as Counts
}

/** What has come to `before` since. */
export function countedSince(before: Counts, now: Counts): Counts {
  return combined(now as unknown as CountTree, before as unknown as CountTree, -1) as unknown as Counts
}

/** Groups whose names depend on what was met. */
const OPEN_GROUPS: ReadonlySet<string> = new Set(['connections', 'limits', 'details', 'unknown_link_types'])

/** True when `value` has the groups and names of `form`, in open groups more, and no number below 0. */
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

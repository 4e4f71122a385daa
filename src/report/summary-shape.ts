import type { Summary } from '../summary.js'

type Fields = Readonly<Record<string, unknown>>

const PACKET_COUNTS = [
  'read',
  'filtered',
  'not_ip',
  'malformed',
  'fragments',
  'duplicates',
  'other_shard',
  'delivered',
]
const BYTE_COUNTS = ['captured', 'payload_captured', 'delivered', 'repeated', 'conflicting', 'outside']
const OUTSIDE_KINDS = ['before_start', 'after_fin', 'late', 'unconfirmed', 'reset_text', 'keep_alive']
const STATUSES = ['ok', 'partial', 'failed', 'skipped', 'no_capture']

/** True when `value` has every field of a summary that a report uses, with the right types. */
export function isSummary(value: unknown): value is Summary {
  return (
    isObject(value) &&
    typeof value.version === 'string' &&
    hasNumbers(value, ['seconds', 'workers']) &&
    hasNumbers(value.packets, PACKET_COUNTS) &&
    hasNumbers(value.connections, ['total']) &&
    hasNumbers(value.bytes, BYTE_COUNTS) &&
    hasNumbers(value.bytes.outside_by_kind, OUTSIDE_KINDS) &&
    hasNumbers(value.damage, ['holes', 'lost_bytes']) &&
    [value.limits, value.details, value.unknown_link_types].every(isCounts) &&
    isListOf(value.inputs, isInput) &&
    isListOf(value.errors, (text) => typeof text === 'string')
  )
}

function isInput(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.path === 'string' &&
    STATUSES.some((status) => status === value.status) &&
    hasNumbers(value, ['dropped']) &&
    isListOf(value.problems, isProblem)
  )
}

function isProblem(value: unknown): boolean {
  return hasNumbers(value, ['offset']) && typeof value.message === 'string'
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasNumbers(value: unknown, names: readonly string[]): value is Fields {
  return isObject(value) && names.every((name) => isCount(value[name]))
}

function isCounts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isCount)
}

// JSON.parse reads 1e999 as Infinity.
function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem)
}

import { normalize } from 'node:path'
import { shown } from '../config/option-values.js'
import { ConfigError } from '../errors.js'

/** A part of a path that has a name, such as `{sensor}`. */
const PLACEHOLDER = /\{([A-Za-z_]\w*)\}/g
const SPECIAL = /[[\](){}!+@|\\]/

/** A pattern with named parts, such as `archive/{sensor}/{day}/*.pcap*`. */
export interface NamedPattern {
  /** The pattern that finds its files: `*` stands for each part. */
  readonly glob: string
  readonly names: ReadonlySet<string>
  /** The parts of a path that the pattern has found. */
  valuesOf(path: string): ReadonlyMap<string, string>
}

/** Null for a text without named parts. @throws ConfigError where they stand among characters with which they cannot be told. */
export function namedPattern(text: string): NamedPattern | null {
  const found = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!)
  if (found.length === 0) return null
  const glob = text.replace(PLACEHOLDER, '*')
  if (SPECIAL.test(glob))
    throw new ConfigError(
      `Cannot use ${shown(text)}: beside named parts a pattern can have *, ** and ?, and no other special characters`,
    )
  const names = new Set(found)
  if (names.size < found.length) throw new ConfigError(`Cannot use ${shown(text)}: two parts have one name`)
  const pattern = new RegExp(`^${expressionOf(normalize(text))}$`, 'su')
  return {
    glob,
    names,
    valuesOf: (path) => {
      const values = pattern.exec(normalize(path))?.slice(1) ?? []
      return new Map(found.flatMap((name, i) => (values[i] === undefined ? [] : [[name, values[i]]])))
    },
  }
}

function expressionOf(text: string): string {
  return text.replace(/\{[A-Za-z_]\w*\}|\*\*\/|\*+|\?|[^\w/]/gu, (part) => {
    if (part.startsWith('{')) return '([^/]+?)'
    if (part === '**/') return '(?:[^/]+/)*'
    if (part === '**') return '.*'
    if (part.startsWith('*')) return '[^/]*'
    if (part === '?') return '[^/]'
    return /[.$^]/.test(part) ? `\\${part}` : part
  })
}

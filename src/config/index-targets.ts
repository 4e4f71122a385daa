import { normalize } from 'node:path'
import { ConfigError } from '../errors.js'
import { pathOf, refusal, shown } from './option-values.js'

/** The formats of the connection index, by the endings of their files. */
export type IndexFormatName = 'jsonl' | 'csv' | 'parquet' | 'log'

/** A connection index to write. */
export interface IndexTarget {
  /** Path of the file, or `-` for standard output. */
  readonly path: string
  readonly format: IndexFormatName
}

const ENDING = /\.(jsonl|csv|parquet|log)$/i

/** @throws ConfigError for a path whose ending is not that of a format, and for a path given twice. */
export function indexTargetsOf(label: string, value: unknown): readonly IndexTarget[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  const targets = list.map((item): IndexTarget => {
    const path = pathOf(label, item)
    if (path === '-') return { path, format: 'jsonl' }
    const ending = ENDING.exec(path)?.[1]?.toLowerCase()
    if (ending === undefined)
      throw refusal(
        label,
        path,
        'a path that ends in .jsonl, .csv, .parquet or .log, or - for standard output',
      )
    return { path, format: ending as IndexFormatName }
  })
  const twice = targets.find(({ path }, i) =>
    targets.slice(0, i).some((other) => normalize(other.path) === normalize(path)),
  )
  if (twice !== undefined) throw new ConfigError(`Cannot use ${label} ${shown(twice.path)} twice`)
  return Object.freeze(targets)
}

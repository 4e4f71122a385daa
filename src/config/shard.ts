import { createHmac } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { ConfigError, failureReason } from '../errors.js'
import { systemPath } from '../system-path.js'
import { refusal, shown } from './option-values.js'

/** Most parts of a capture. */
const MAX_PARTS = 65_536
const MAX_SEED_BYTES = 64 * 1024

/** One part of a capture's connections, which the keyed hash of their 5-tuples chooses. */
export interface Shard {
  /** From 1 to `parts`. */
  readonly part: number
  readonly parts: number
  /**
   * Key of the hash, in hexadecimal digits. Secret: who knows it can make a capture whose connections are all in one part.
   */
  readonly seed: string
}

/** What `--shard` says. */
export type ShardPart = Omit<Shard, 'seed'>

/** Checks "K/N"; null for none. @throws ConfigError */
export function shardPartOf(label: string, value: unknown): ShardPart | null {
  if (value === undefined) return null
  const match = typeof value === 'string' ? /^(\d{1,5})\/(\d{1,5})$/.exec(value) : null
  const part = Number(match?.[1] ?? 0)
  const parts = Number(match?.[2] ?? 0)
  if (part >= 1 && part <= parts && parts <= MAX_PARTS) return { part, parts }
  throw refusal(label, value, `a part and the number of parts, such as 1/4, of at most ${MAX_PARTS}`)
}

/** The shard of a run; null: all connections. @throws ConfigError where it has no seed, or the seed's file cannot be read. */
export function shardOf(part: ShardPart | null, seed: string | null, seedFile: string | null): Shard | null {
  if (part === null) return null
  if (seed === null && seedFile === null)
    throw new ConfigError(
      `Cannot use --shard ${part.part}/${part.parts} without --seed TEXT or --seed-file FILE: all parts need the same seed`,
    )
  const bytes = seedFile === null ? Buffer.from(seed!) : seedIn(seedFile)
  return { ...part, seed: bytes.toString('hex') }
}

// A line end, as editors and `echo` put one behind a text, is not of it.
function seedIn(path: string): Buffer {
  const refuse = (problem: string, cause?: unknown) =>
    new ConfigError(`Cannot use --seed-file ${shown(path)}: ${problem}`, { cause })
  let text: string
  try {
    if (statSync(systemPath(path)).size > MAX_SEED_BYTES)
      throw refuse(`it has more than ${MAX_SEED_BYTES} bytes`)
    text = readFileSync(systemPath(path), 'latin1').replace(/\r?\n$/, '')
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : refuse(failureReason(cause), cause)
  }
  if (text === '') throw refuse('it is empty')
  return Buffer.from(text, 'latin1')
}

/** What is recorded of a shard: it tells one seed from another, and not what the seed is. */
export function recordedShard(shard: Shard | null): object | null {
  if (shard === null) return null
  const { part, parts, seed } = shard
  const mark = createHmac('sha256', Buffer.from(seed, 'hex')).update('which seed').digest('hex').slice(0, 8)
  return { part, parts, seed: mark }
}

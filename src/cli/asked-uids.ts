import { text } from 'node:stream/consumers'
import type { Archive } from '../archive/archive.js'
import { archivePaths } from '../archive-paths.js'
import { ConfigError } from '../errors.js'
import { type Query, whereOf } from '../query/where.js'
import { printable } from './printable.js'
import type { Terminal } from './terminal.js'

const UID = /\bC[A-Za-z0-9]{17}\b/g

/** True for a text that can be a uid. */
export function isUid(name: string): boolean {
  return name.match(UID)?.[0] === name
}

/** The query that a command names, which names no uids. @throws ConfigError */
export function queryOf(text: string, names: readonly string[]): Query {
  if (names.length > 0)
    throw new ConfigError(
      `Cannot use --where with ${printable(names[0]!)}: name connections, or ask for them`,
    )
  return whereOf(text)
}

/** The uids of the connections that a query finds. @throws InputError */
export async function foundIn({ folder }: Archive, query: Query): Promise<string[]> {
  const { foundUids } = await import('../archive/found-uids.js')
  return foundUids(archivePaths(folder).index, query)
}

/** The uids that were named, or stand on standard input, in their order, each once. @throws ConfigError */
export async function uidsOf(names: readonly string[], { stdin }: Terminal): Promise<string[]> {
  if (names.length === 0)
    throw new ConfigError('No connection: name uids of the index, - for uids from standard input, or --where')
  const uids = new Set<string>()
  for (const name of names) {
    if (name === '-') {
      if (stdin.isTTY === true) throw new ConfigError('Cannot use -: standard input is a terminal')
      for (const [uid] of (await text(stdin)).matchAll(UID)) uids.add(uid)
    } else if (isUid(name)) uids.add(name)
    else
      throw new ConfigError(
        `Cannot use ${printable(name)}: must be a uid of the index, such as CHhAvVGS1DHFjwGM9S`,
      )
  }
  return [...uids]
}

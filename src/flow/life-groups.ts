import type { Candidate } from './candidate.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'
import type { LifeTags } from './life-tags.js'

/** Connections that one 5-tuple may have at once. */
const MAX_LIVES = 4

/** What one 5-tuple has beside a single connection. */
export interface Group {
  readonly id: number
  /** In the order of their first packets. */
  readonly lives: number[]
  /** Those whose originator is the group's side 1. */
  readonly turned: Set<number>
  readonly candidates: Candidate[]
  /** What the networks of datagrams have shown, by tag; null: the packets are of TCP. */
  tenants: Map<number, Tenant> | null
}

/** What the packets of one network have shown on a 5-tuple. */
export interface Tenant {
  /** Bits of the directions that it has carried, and both. */
  directions: number
  /** The connection of its own; `NONE`: it has none. */
  connection: number
}

/** Both bits of {@link Tenant.directions}. */
export const BOTH_DIRECTIONS = 3

/**
 * The 5-tuples that have several connections or a candidate. A direction is a side of the group: the one that the
 * connection which it was made for has.
 */
export class LifeGroups {
  // Invariant: a connection of a group has its id in the table's column `group`; 0: it is alone on its 5-tuple.
  readonly #table: ConnectionTable
  readonly #tags: LifeTags
  readonly #groups = new Map<number, Group>()
  #latestId = 0

  constructor(table: ConnectionTable, tags: LifeTags) {
    this.#table = table
    this.#tags = tags
  }

  of(connection: number): Group | null {
    return this.#groups.get(this.#table.group[connection]!) ?? null
  }

  /** All connections of a connection's 5-tuple that are there, the latest first. */
  livesOf(connection: number): readonly number[] {
    return this.of(connection)?.lives.toReversed() ?? [connection]
  }

  /** The same, but those first that a packet from `side`, of which nothing but its outer headers is known, may be of. */
  livesFor(connection: number, side: 0 | 1, encapId: number): readonly number[] {
    const group = this.of(connection)
    if (group === null) return [connection]
    const tag = this.#tags.of(encapId)
    const direction = this.direction(group, connection, side)
    const isOwn = (life: number) => this.#isOwn(group, life, direction, tag)
    const lives = group.lives.toReversed()
    return [...lives.filter(isOwn), ...lives.filter((life) => !isOwn(life))]
  }

  /** The side that `side` of one connection is in another one of the same 5-tuple. */
  sideIn(other: number, connection: number, side: 0 | 1): 0 | 1 {
    const group = this.of(connection)
    if (group === null) return side
    return this.direction(group, other, this.direction(group, connection, side))
  }

  /** Makes a group of a connection that is alone. */
  make(connection: number): Group {
    do this.#latestId = (this.#latestId + 1) >>> 0
    while (this.#latestId === 0 || this.#groups.has(this.#latestId))
    const group: Group = {
      id: this.#latestId,
      lives: [connection],
      turned: new Set(),
      candidates: [],
      tenants: null,
    }
    this.#groups.set(group.id, group)
    this.#join(group, connection)
    return group
  }

  /** Adds a connection, whose `side` is this direction of the group. */
  add(group: Group, connection: number, side: 0 | 1, direction: 0 | 1): void {
    const { firstNumber } = this.#table
    group.lives.push(connection)
    group.lives.sort((a, b) => firstNumber[a]! - firstNumber[b]!)
    if (side !== direction) group.turned.add(connection)
    this.#join(group, connection)
  }

  remove(group: Group, connection: number): void {
    group.lives.splice(group.lives.indexOf(connection), 1)
    group.turned.delete(connection)
    for (const tenant of group.tenants?.values() ?? [])
      if (tenant.connection === connection) tenant.connection = NONE
    this.#table.group[connection] = 0
    if (group.lives.length === 0) this.#groups.delete(group.id)
  }

  /** Ends a group that has become a connection alone, or nothing. */
  tidy(group: Group): void {
    if (group.lives.length > 1 || group.candidates.length > 0) return
    for (const connection of group.lives) this.#table.group[connection] = 0
    this.#groups.delete(group.id)
  }

  /** The direction of a connection's side, and the side of a direction. */
  direction(group: Group, connection: number, side: 0 | 1): 0 | 1 {
    return group.turned.has(connection) ? ((side ^ 1) as 0 | 1) : side
  }

  /**
   * The connection that is to be ended where there are as many as may be: a closed one, one that nobody answered, or
   * another; of several the one that began first. `NONE`: there is room.
   */
  victim(group: Group): number {
    if (group.lives.length < MAX_LIVES) return NONE
    return group.lives.reduce((victim, life) => (this.#worth(life) < this.#worth(victim) ? life : victim))
  }

  /** Notes that `life` is there after those before it: they have a successor until they get a packet. */
  noteSuccessor(group: Group, life: number): void {
    for (const other of group.lives) {
      if (other === life) return
      this.#table.flags[other]! |= ConnectionFlag.REPLACED
    }
  }

  #isOwn(group: Group, life: number, direction: 0 | 1, tag: number): boolean {
    if (group.tenants === null) return this.#tags.has(2 * life + this.direction(group, life, direction), tag)
    const owned = group.tenants.get(tag)?.connection ?? NONE
    return life === (owned === NONE ? group.lives[0] : owned)
  }

  #join(group: Group, connection: number): void {
    this.#table.group[connection] = group.id
    this.#table.flags[connection]! |= ConnectionFlag.GROUPED
  }

  #worth(life: number): number {
    const { flags, packets } = this.#table
    if (flags[life]! & ConnectionFlag.CLOSED) return 0
    return packets[2 * life] === 0 || packets[2 * life + 1] === 0 ? 1 : 2
  }
}

/** The latest connection of a group, which has one. */
export function latest(group: Group): number {
  return group.lives.at(-1)!
}

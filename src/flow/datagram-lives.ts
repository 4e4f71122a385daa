import type { ConnectionRows } from './connection-rows.js'
import { type ConnectionTable, NONE } from './connection-table.js'
import type { ConnectionTimes } from './connection-times.js'
import type { FlowIndex } from './flow-index.js'
import type { FlowPacket } from './flow-packet.js'
import { BOTH_DIRECTIONS, type Group, type LifeGroups, latest, type Tenant } from './life-groups.js'
import type { LifeTags } from './life-tags.js'

/**
 * The lives of one 5-tuple without sequence numbers: UDP and all protocols but TCP. The packets of several networks are one
 * connection, whose directions may be in different VLANs; until two networks have carried both directions: from then on
 * the second one has its own.
 */
export class DatagramLives {
  // Invariant: a connection that is alone on its 5-tuple and in no group has had packets of one network.
  readonly #table: ConnectionTable
  readonly #index: FlowIndex
  readonly #rows: ConnectionRows
  readonly #times: ConnectionTimes
  readonly #groups: LifeGroups
  readonly #tags: LifeTags
  readonly #maxTenants: number
  /** Packets of networks beyond those of a 5-tuple that are told apart. */
  limitHits = 0
  /** Side of the connection that `route` returned which sent the packet. */
  side: 0 | 1 = 0

  /** @param maxTenants Networks of one 5-tuple that are told apart. */
  constructor(
    table: ConnectionTable,
    index: FlowIndex,
    rows: ConnectionRows,
    times: ConnectionTimes,
    groups: LifeGroups,
    tags: LifeTags,
    maxTenants: number,
  ) {
    this.#table = table
    this.#index = index
    this.#rows = rows
    this.#times = times
    this.#groups = groups
    this.#tags = tags
    this.#maxTenants = maxTenants
  }

  /**
   * The connection that a packet belongs to, opened if need be.
   *
   * @param found A connection of its 5-tuple, in which `side` is its sender.
   */
  route(found: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): number {
    if (this.#table.group[found] !== 0)
      return this.#routeIn(this.#groups.of(found)!, found, side, bytes, packet)
    if (this.#times.isIdle(found, packet.tsSec, packet.tsNsec)) {
      this.#rows.finish(found, 'timeout')
      return this.#open(bytes, packet)
    }
    if (!this.#isOfNetwork(2 * found + side, packet.encapId))
      return this.#routeIn(this.#makeGroup(found, 2 * found + side), found, side, bytes, packet)
    this.side = side
    return found
  }

  #isOfNetwork(half: number, encapId: number): boolean {
    const { packets, encapId: ids } = this.#table
    return (packets[half] !== 0 && ids[half] === encapId) || this.#tags.has(half, this.#tags.of(encapId))
  }

  // So far the connection is of one network, that of `half` or, where this has sent nothing, of its peer.
  #makeGroup(connection: number, half: number): Group {
    const { packets, encapId } = this.#table
    const directions = (packets[2 * connection] === 0 ? 0 : 1) | (packets[2 * connection + 1] === 0 ? 0 : 2)
    const tag = this.#tags.of(encapId[packets[half] === 0 ? half ^ 1 : half]!)
    const group = this.#groups.make(connection)
    group.tenants = new Map([[tag, tenantOf(connection, directions)]])
    return group
  }

  #routeIn(group: Group, found: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): number {
    const direction = this.#groups.direction(group, found, side)
    for (const life of [...group.lives]) {
      if (this.#times.isIdle(life, packet.tsSec, packet.tsNsec)) this.#rows.finish(life, 'timeout')
    }
    if (group.lives.length === 0) return this.#open(bytes, packet)
    const tenant = this.#tenant(group, this.#tags.of(packet.encapId))
    const connection =
      tenant === null ? this.#beyondLimit(group) : this.#ofTenant(group, tenant, direction, packet)
    this.side = this.#groups.direction(group, connection, direction)
    return connection
  }

  // What has no connection of its own belongs to the oldest.
  #ofTenant(group: Group, tenant: Tenant, direction: 0 | 1, packet: FlowPacket): number {
    tenant.directions |= 1 << direction
    if (tenant.connection !== NONE) return tenant.connection
    const oldest = group.lives[0]!
    if (tenant.directions !== BOTH_DIRECTIONS) return oldest
    const isTaken = [...group.tenants!.values()].some(({ connection }) => connection === oldest)
    tenant.connection = isTaken ? this.#openIn(group, direction, packet) : oldest
    return tenant.connection
  }

  // The connection of a packet from a network that is not told apart.
  #beyondLimit({ lives }: Group): number {
    const oldest = lives[0]!
    this.limitHits += this.#table.limits.mark(oldest, 'networks')
    return oldest
  }

  // Null: there are as many as may be.
  #tenant({ tenants }: Group, tag: number): Tenant | null {
    let tenant = tenants!.get(tag)
    if (tenant === undefined) {
      if (tenants!.size >= this.#maxTenants) return null
      tenant = tenantOf(NONE, 0)
      tenants!.set(tag, tenant)
    }
    return tenant
  }

  #open(bytes: Uint8Array, packet: FlowPacket): number {
    const connection = this.#rows.open(bytes, packet)
    this.side = this.#index.side
    return connection
  }

  #openIn(group: Group, direction: 0 | 1, packet: FlowPacket): number {
    const anchor = latest(group)
    const connection = this.#rows.openLike(
      2 * anchor + this.#groups.direction(group, anchor, direction),
      packet,
    )
    this.#groups.add(group, connection, this.#index.side, direction)
    return connection
  }
}

function tenantOf(connection: number, directions: number): Tenant {
  return { directions, connection: directions === BOTH_DIRECTIONS ? connection : NONE }
}

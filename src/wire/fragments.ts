import { FragmentBuffers } from './fragment-buffers.js'
import { FragmentKey } from './fragment-key.js'
import { FragmentTracker, MAX_DATAGRAM_BYTES, NO_PROTOCOL } from './fragment-tracker.js'
import type { FrameTrail } from './frame-trail.js'
import type { IpHeader } from './ip-header.js'
import { RecentDatagrams } from './recent-datagrams.js'

/** Space for reassembled datagrams. */
export interface ReassembledSpace {
  /**
   * Reserves `bytes` bytes (at most {@link MAX_REASSEMBLED_BYTES}) in the buffer that holds the frames.
   *
   * @returns Offset of the first byte. The space is valid as long as the frame being decoded.
   */
  reserve(bytes: number): number
}

const ADDRESS_BYTES = 16
/** Most bytes that one call reserves in a {@link ReassembledSpace}: two IPv6 addresses and a datagram. */
export const MAX_REASSEMBLED_BYTES = MAX_DATAGRAM_BYTES + 2 * ADDRESS_BYTES

/**
 * Most datagrams reassembled from one frame: two when a tunnel's packet is fragmented and the packet inside it is, too.
 * Fragments at a deeper level stay payload.
 */
export const MAX_REASSEMBLED_DATAGRAMS = 2

/** Result of adding a fragment. `'held'`: others are missing. `'copy'`: it came before. `'complete'`: the datagram is ready. */
export type FragmentStatus = 'held' | 'copy' | 'complete' | 'malformed'

/** Capture time after which an incomplete datagram is given up, by IP version (as in Linux; RFC 8200 §4.5). */
const MAX_AGE_SEC = { 4: 30, 6: 60 } as const
/** Most trackers kept for reuse. They hold no buffers. */
const SPARE_TRACKERS = 1024

export interface FragmentLimits {
  /** Most datagrams under reassembly at a time. */
  readonly fragmentTrackers: number
  /** Most memory for their bytes at a time. */
  readonly fragmentBytes: number
}

/**
 * Reassembles fragmented datagrams before the dispatcher chooses a worker, since only the first fragment has ports. A
 * datagram is too old for a fragment whose own time says so, whatever other packets have come meanwhile. At a limit, it
 * gives up the oldest datagram.
 *
 * Bytes that the snaplen cut are never invented. A first fragment that was cut is delivered by itself, because nothing
 * can continue it. Any other datagram is delivered when all of it was seen on the wire; the bytes before the first
 * missing one count as captured.
 */
export class FragmentTable {
  // Invariants:
  // - the `#count` trackers in use form a list by age from `#oldest` to `#newest`; each is also in the chain of its hash.
  // - the used buffers of `#buffers` belong to the trackers in use.
  readonly #limits: FragmentLimits
  readonly #space: ReassembledSpace
  readonly #firstOfHash = new Map<number, FragmentTracker>()
  readonly #spare: FragmentTracker[] = []
  readonly #recent: RecentDatagrams
  readonly #buffers: FragmentBuffers
  readonly #key = new FragmentKey()
  #oldest: FragmentTracker | null = null
  #newest: FragmentTracker | null = null
  #count = 0
  #incomplete = 0
  #conflictBytes = 0
  #trackerLimitHits = 0
  #byteLimitHits = 0
  /** Null: nobody wants to know frames. */
  trail: FrameTrail | null = null

  /** @param copyNsec How long copies of a fragment come that the way of capturing made; 0: they are fragments like others. */
  constructor(limits: FragmentLimits, space: ReassembledSpace, copyNsec = 0) {
    this.#recent = new RecentDatagrams(copyNsec)
    this.#limits = limits
    this.#space = space
    this.#buffers = new FragmentBuffers(limits.fragmentBytes)
  }

  /** Datagrams given up: too old, over a limit, or incomplete at the end. */
  get incompleteDatagrams(): number {
    return this.#incomplete
  }

  /** Bytes of fragments that differ from an earlier copy. */
  get conflictBytes(): number {
    return this.#conflictBytes
  }

  /** Datagrams given up at the limit of datagrams. */
  get trackerLimitHits(): number {
    return this.#trackerLimitHits
  }

  /** Datagrams given up at the limit of memory. */
  get byteLimitHits(): number {
    return this.#byteLimitHits
  }

  /** Memory in use for fragments, in bytes. */
  get heldBytes(): number {
    return this.#buffers.usedBytes
  }

  /**
   * Adds the fragment that `ip` describes. If it completes its datagram, `ip` then describes the datagram: its offsets,
   * also those of IPv6 addresses, are in the reserved space, and `ipBytes` is the sum over its fragments without copies. A first
   * fragment that the snaplen cut is delivered in place.
   *
   * @param tsSec  Time of the packet, seconds since 1970-01-01 UTC.
   * @param tsNsec Nanoseconds of the second, 0..999,999,999.
   */
  add(bytes: Uint8Array, ip: IpHeader, tsSec: number, tsNsec: number): FragmentStatus {
    const isLast = !ip.moreFragments
    let wireBytes = ip.wireTo - ip.at
    if (!isLast && wireBytes % 8 !== 0) {
      if (ip.version === 6) return 'malformed' // RFC 8200 §4.5
      wireBytes -= wireBytes % 8 // as receivers do
    }
    const end = ip.fragmentOffset + wireBytes
    if (wireBytes <= 0 || end > MAX_DATAGRAM_BYTES) return 'malformed'

    const capturedBytes = Math.min(ip.to - ip.at, wireBytes)
    this.#releaseOutdated(tsSec, tsNsec)
    let tracker = this.#trackerOf(bytes, ip, tsSec, tsNsec)
    const mayBeCopy = this.#recent.mayBeCopy(tracker, ip.fragmentOffset, end, tsSec, tsNsec)
    if (tracker.isKept) {
      if (mayBeCopy && tracker.hasSame(bytes, ip.at, capturedBytes, ip.fragmentOffset)) return 'copy'
      this.#release(tracker) // another datagram with the same identification
      tracker = this.#open(tracker.hash, tsSec, tsNsec)
    }
    if (!this.#makeRoom(tracker, end, tsSec, tsNsec)) return 'held'
    const isNew = tracker.add(bytes, ip.at, capturedBytes, ip.fragmentOffset, wireBytes, isLast)
    if (isNew) tracker.ipBytes += ip.ipBytes
    else if (mayBeCopy && !tracker.isDelivered) return 'copy'
    if (this.#recent.isWanted) tracker.arrivals.push(ip.fragmentOffset, end, tsSec, tsNsec)
    if (ip.fragmentOffset === 0) {
      if (capturedBytes < wireBytes && (tracker.isDelivered || tracker.protocol === NO_PROTOCOL)) {
        tracker.isDelivered = true
        ip.isFragment = false
      }
      if (tracker.protocol === NO_PROTOCOL) tracker.protocol = ip.protocol
    }
    const isComplete = tracker.isComplete
    if (isComplete && !tracker.isDelivered) this.#place(bytes, tracker, ip)
    if (this.trail !== null) {
      if (ip.isFragment) this.trail.hold(tracker.frames)
      else this.trail.complete(tracker.frames)
    }
    if (isComplete) this.#keepOrRelease(tracker)
    return ip.isFragment ? 'held' : 'complete'
  }

  /** Gives up all incomplete datagrams at the end of the capture. */
  finish(): void {
    while (this.#oldest !== null) this.#giveUp(this.#oldest)
  }

  #place(bytes: Uint8Array, tracker: FragmentTracker, ip: IpHeader): void {
    const addressBytes = ip.version === 6 ? 2 * ADDRESS_BYTES : 0
    const at = this.#space.reserve(addressBytes + tracker.capturedBytes)
    if (ip.version === 6) {
      bytes.copyWithin(at, ip.src, ip.src + ADDRESS_BYTES)
      bytes.copyWithin(at + ADDRESS_BYTES, ip.dst, ip.dst + ADDRESS_BYTES)
      ip.src = at
      ip.dst = at + ADDRESS_BYTES
    }
    ip.at = at + addressBytes
    tracker.copyTo(bytes, ip.at)
    ip.to = ip.at + tracker.capturedBytes
    ip.wireTo = ip.at + tracker.totalBytes
    ip.protocol = tracker.protocol
    ip.ipBytes = tracker.ipBytes
    ip.isFragment = false
  }

  /** Finds or creates the tracker of the fragment's datagram. */
  #trackerOf(bytes: Uint8Array, ip: IpHeader, tsSec: number, tsNsec: number): FragmentTracker {
    const hash = this.#key.set(bytes, ip)
    const first = this.#firstOfHash.get(hash) ?? null
    for (let tracker = first; tracker !== null; tracker = tracker.sameHash) {
      if (!this.#key.equals(tracker.key)) continue
      if (!isExpired(tracker, tsSec, tsNsec)) return tracker
      this.#giveUp(tracker)
      break
    }
    if (this.#count >= this.#limits.fragmentTrackers && this.#recent.oldest !== null)
      this.#release(this.#recent.oldest)
    if (this.#count >= this.#limits.fragmentTrackers && this.#oldest !== null) {
      if (!isExpired(this.#oldest, tsSec, tsNsec)) this.#trackerLimitHits += 1
      this.#giveUp(this.#oldest)
    }
    return this.#open(hash, tsSec, tsNsec)
  }

  #open(hash: number, tsSec: number, tsNsec: number): FragmentTracker {
    const spare = this.#spare.pop()
    spare?.reopen()
    const tracker = spare ?? new FragmentTracker(this.#buffers)
    tracker.key.set(this.#key.words)
    tracker.hash = hash
    tracker.bornSec = tsSec
    tracker.bornNsec = tsNsec
    tracker.sameHash = this.#firstOfHash.get(hash) ?? null
    this.#firstOfHash.set(hash, tracker)
    tracker.older = this.#newest
    if (this.#newest === null) this.#oldest = tracker
    else this.#newest.newer = tracker
    this.#newest = tracker
    this.#count += 1
    return tracker
  }

  /**
   * Makes room for bytes up to `end` by giving up the oldest datagrams. Returns false when the datagram alone exceeds
   * the limit and was given up itself.
   */
  #makeRoom(tracker: FragmentTracker, end: number, tsSec: number, tsNsec: number): boolean {
    const more = tracker.moreBytesFor(end)
    while (this.#buffers.usedBytes + more > this.#limits.fragmentBytes) {
      const { oldest: kept } = this.#recent
      if (kept !== null) {
        this.#release(kept)
        continue
      }
      const oldest = this.#oldest!
      const victim = oldest === tracker && oldest.newer !== null ? oldest.newer : oldest
      if (!isExpired(victim, tsSec, tsNsec)) this.#byteLimitHits += 1
      this.#giveUp(victim)
      if (victim === tracker) return false
    }
    return true
  }

  // A complete datagram is kept for a while, because copies of its fragments may come.
  #keepOrRelease(tracker: FragmentTracker): void {
    if (!this.#recent.isWanted || tracker.isDelivered) {
      this.#release(tracker)
      return
    }
    tracker.isKept = true
    this.#recent.add(tracker)
  }

  #releaseOutdated(tsSec: number, tsNsec: number): void {
    const recent = this.#recent
    for (let old = recent.outdated(tsSec, tsNsec); old !== null; old = recent.outdated(tsSec, tsNsec)) {
      this.#release(old)
    }
  }

  #giveUp(tracker: FragmentTracker): void {
    if (!tracker.isDelivered && !tracker.isKept) this.#incomplete += 1
    this.#release(tracker)
  }

  #release(tracker: FragmentTracker): void {
    if (tracker.isKept) this.#recent.remove(tracker)
    this.#count -= 1
    this.#conflictBytes += tracker.conflictBytes
    if (tracker.older === null) this.#oldest = tracker.newer
    else tracker.older.newer = tracker.newer
    if (tracker.newer === null) this.#newest = tracker.older
    else tracker.newer.older = tracker.older
    this.#unchain(tracker)
    tracker.close()
    if (this.#spare.length < SPARE_TRACKERS) this.#spare.push(tracker)
  }

  #unchain(tracker: FragmentTracker): void {
    const first = this.#firstOfHash.get(tracker.hash)
    if (first !== tracker) {
      let before = first!
      while (before.sameHash !== tracker) before = before.sameHash!
      before.sameHash = tracker.sameHash
    } else if (tracker.sameHash === null) {
      this.#firstOfHash.delete(tracker.hash)
    } else {
      this.#firstOfHash.set(tracker.hash, tracker.sameHash)
    }
  }
}

function isExpired(tracker: FragmentTracker, tsSec: number, tsNsec: number): boolean {
  const version = tracker.key[0]! >> 8 === 4 ? 4 : 6
  const ageSec = tsSec - tracker.bornSec + (tsNsec - tracker.bornNsec) / 1e9
  return ageSec > MAX_AGE_SEC[version]
}

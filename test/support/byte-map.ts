import type { Frame } from './read-frames.js'

/** One direction of a connection as a map of bytes. The first copy of each byte counts. */
export interface ByteMap {
  readonly key: string
  readonly isn: number
  /** First copy of each byte by stream offset. */
  readonly bytes: Map<number, number>
  packets: number
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/**
 * Reassembles every half-stream of a capture byte by byte, in the simplest way. A SYN with another sequence number than
 * the SYN before it begins the next connection with the same key.
 */
export function byteMaps(frames: readonly Frame[]): ByteMap[] {
  const all: ByteMap[] = []
  const current = new Map<string, ByteMap>()
  const whole = new Map<string, { id: string; parts: Map<number, Uint8Array>; end: number }>()
  const open = (key: string, isn: number) => {
    const map: ByteMap = { key, isn, bytes: new Map(), packets: 0 }
    all.push(map)
    current.set(key, map)
    return map
  }
  const transport = (addresses: [Uint8Array, Uint8Array], protocol: number, payload: Buffer) => {
    const ports = [payload.readUInt16BE(0), payload.readUInt16BE(2)]
    const key = `${protocol} ${hex(addresses[0])}.${ports[0]} ${hex(addresses[1])}.${ports[1]}`
    const reverse = `${protocol} ${hex(addresses[1])}.${ports[1]} ${hex(addresses[0])}.${ports[0]}`
    if (protocol === 17) {
      const map = current.get(key) ?? open(key, 0)
      const from = map.bytes.size
      payload.subarray(8).forEach((byte, i) => {
        map.bytes.set(from + i, byte)
      })
      map.packets += 1
      return
    }
    const seq = payload.readUInt32BE(4)
    const flags = payload[13] ?? 0
    let map = current.get(key)
    if ((flags & 2) !== 0) {
      if (map === undefined || map.isn !== seq) {
        map = open(key, seq)
        if ((flags & 16) === 0) current.delete(reverse)
      }
    } else map ??= open(key, (seq - 1) >>> 0)
    map.packets += 1
    const from = ((seq - map.isn - 1) >>> 0) % 0xffff_ffff
    const data = payload.subarray(((payload[12] ?? 0) >> 4) * 4)
    data.forEach((byte, i) => {
      if (!map.bytes.has(from + i)) map.bytes.set(from + i, byte)
    })
  }

  const ip = (packet: Buffer) => {
    const isV4 = (packet[0] ?? 0) >> 4 === 4
    const header = isV4 ? ((packet[0] ?? 0) & 15) * 4 : 40
    const addresses: [Uint8Array, Uint8Array] = isV4
      ? [packet.subarray(12, 16), packet.subarray(16, 20)]
      : [packet.subarray(8, 24), packet.subarray(24, 40)]
    let payload = packet.subarray(header, isV4 ? packet.readUInt16BE(2) : 40 + packet.readUInt16BE(4))
    let protocol = packet[isV4 ? 9 : 6] ?? 0
    let [offset, hasMore, id] = [0, false, 0]
    if (isV4) {
      offset = (packet.readUInt16BE(6) & 0x1fff) * 8
      hasMore = (packet.readUInt16BE(6) & 0x2000) !== 0
      id = packet.readUInt16BE(4)
    } else if (protocol === 44) {
      protocol = payload[0] ?? 0
      offset = payload.readUInt16BE(2) & 0xfff8
      hasMore = (payload.readUInt16BE(2) & 1) !== 0
      id = payload.readUInt32BE(4)
      payload = payload.subarray(8)
    }
    if (offset === 0 && !hasMore) return transport(addresses, protocol, payload)
    const name = `${hex(addresses[0])} ${hex(addresses[1])} ${id}`
    const found = whole.get(name) ?? { id: name, parts: new Map(), end: -1 }
    whole.set(name, found)
    found.parts.set(offset, payload)
    if (!hasMore) found.end = offset + payload.length
    const parts = [...found.parts].sort(([a], [b]) => a - b).map(([, part]) => part)
    const joined = Buffer.concat(parts)
    if (joined.length !== found.end) return
    whole.delete(name)
    transport(addresses, protocol, joined)
  }

  for (const { bytes } of frames) {
    let at = 12
    while (bytes[at] === 0x81 || bytes[at] === 0x88) at += 4
    ip(Buffer.from(bytes.subarray(at + 2)))
  }
  return all
}

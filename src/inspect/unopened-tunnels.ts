import { u16be } from '../bytes/endian.js'
import type { TransportPacket } from '../wire/transport-packet.js'
import { IpProtocol } from '../wire/transport-packet.js'
import { fittingIp, isEthernetWithIp } from '../wire/tunnels/ip-claim.js'
import type { DecodeAs } from '../wire/tunnels/tunnel-names.js'

/** Ports that are looked at. */
const MOST_PORTS = 4096
/** Ports that are named. */
const MOST_NAMED = 10
/** A port is taken for that of a tunnel where so many of its datagrams are like it. */
const LEAST_SHARE = 0.95

type LooksLike = (bytes: Uint8Array, at: number, to: number, wireTo: number) => boolean

/** Tunnels that have enough to be told by what they hold: each needs an inner IP packet of a length that fits. */
const LIKE: readonly (readonly [name: string, looksLike: LooksLike])[] = [
  ['vxlan', looksLikeVxlan],
  ['geneve', looksLikeGeneve],
  ['gtpu', looksLikeGtpU],
]

interface Port {
  datagrams: number
  /** How many of them look like each of {@link LIKE}. */
  readonly like: number[]
}

/** Finds tunnels over UDP on other ports than theirs: what is inside would be left in them. */
export class UnopenedTunnels {
  readonly #ports = new Map<number, Port>()

  /** Looks at a packet that is the innermost of its frame. */
  add(bytes: Uint8Array, packet: TransportPacket): void {
    const { protocol, dstPort, payloadFrom, payloadBytes, originalPayloadBytes } = packet
    if (protocol !== IpProtocol.UDP) return
    const port = this.#port(dstPort)
    if (port === undefined) return
    port.datagrams += 1
    const to = payloadFrom + payloadBytes
    const wireTo = payloadFrom + originalPayloadBytes
    for (const [i, [, looksLike]] of LIKE.entries())
      if (looksLike(bytes, payloadFrom, to, wireTo)) port.like[i]! += 1
  }

  /**
   * What was found, and the options that open it, as a sentence; null: nothing.
   *
   * @param decodeAs Ports of which an option has told already what they stand for.
   */
  text(file: string, decodeAs: readonly DecodeAs[] = []): string | null {
    const options = [...this.#ports]
      .filter(([number]) => !decodeAs.some(({ protocol, port }) => protocol === 'udp' && port === number))
      .flatMap(([number, { datagrams, like }]) => {
        const most = Math.max(...like)
        return most > LEAST_SHARE * datagrams ? [{ number, name: LIKE[like.indexOf(most)]![0] }] : []
      })
      .sort((a, b) => a.number - b.number)
      .slice(0, MOST_NAMED)
      .map(({ number, name }) => `--decode-as udp:${number}=${name}`)
    if (options.length === 0) return null
    const opens = options.length === 1 ? 'opens them' : 'open them'
    return `"${file}" has datagrams that look like tunnels on other ports: ${options.join(' ')} ${opens}`
  }

  #port(number: number): Port | undefined {
    const port = this.#ports.get(number)
    if (port !== undefined || this.#ports.size >= MOST_PORTS) return port
    const made = { datagrams: 0, like: LIKE.map(() => 0) }
    this.#ports.set(number, made)
    return made
  }
}

// RFC 7348 §5: one flag, and nothing in what is reserved.
function looksLikeVxlan(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || u16be(bytes, at) !== 0x0800 || u16be(bytes, at + 2) !== 0 || bytes[at + 7] !== 0)
    return false
  return isEthernetWithIp(bytes, at + 8, to, wireTo)
}

// RFC 8926 §3.4: version 0, options of so many words, and the type of what follows.
function looksLikeGeneve(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || bytes[at]! >> 6 !== 0 || (bytes[at + 1]! & 0x3f) !== 0 || bytes[at + 7] !== 0)
    return false
  const inside = at + 8 + 4 * (bytes[at]! & 0x3f)
  const type = u16be(bytes, at + 2)
  if (type === 0x6558) return isEthernetWithIp(bytes, inside, to, wireTo)
  return (type === 0x0800 || type === 0x86dd) && fittingIp(bytes, inside, to, wireTo)
}

// 3GPP TS 29.281 §5.1: version 1, a G-PDU without extensions whose length fits.
function looksLikeGtpU(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || bytes[at] !== 0x30 || bytes[at + 1] !== 0xff) return false
  return u16be(bytes, at + 2) === wireTo - at - 8 && fittingIp(bytes, at + 8, to, wireTo)
}

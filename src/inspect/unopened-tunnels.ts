import type { TransportPacket } from '../wire/transport-packet.js'
import { IpProtocol } from '../wire/transport-packet.js'
import { TUNNEL_LOOKS } from '../wire/tunnels/tunnel-looks.js'
import type { DecodeAs } from '../wire/tunnels/tunnel-names.js'

/** Ports that are looked at. */
const MOST_PORTS = 4096
/** Ports that are named. */
const MOST_NAMED = 10
/** A port is taken for that of a tunnel where so many of its datagrams are like it. */
const LEAST_SHARE = 0.95

interface Port {
  datagrams: number
  /** How many of them look like each of {@link TUNNEL_LOOKS}. */
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
    for (const [i, [, looksLike]] of TUNNEL_LOOKS.entries())
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
        return most > LEAST_SHARE * datagrams ? [{ number, name: TUNNEL_LOOKS[like.indexOf(most)]![0] }] : []
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
    const made = { datagrams: 0, like: TUNNEL_LOOKS.map(() => 0) }
    this.#ports.set(number, made)
    return made
  }
}

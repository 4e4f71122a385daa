import { Flow } from '../../fixtures/generator/flow.mjs'
import type { CapturePlan } from '../../fixtures/generator/generate.mjs'
import { ImpairedTraffic } from '../../fixtures/generator/impairments.mjs'
import { endpoint, TCP, UDP } from '../../fixtures/generator/packets.mjs'
import { TcpTraffic } from '../../fixtures/generator/tcp-traffic.mjs'
import { UdpTraffic } from '../../fixtures/generator/udp-traffic.mjs'

const TROUBLES = {
  loss: 0.06,
  lostForGood: 0.3,
  reorder: 0.1,
  reorderWindow: 8,
  duplicate: 0.05,
  overlap: 0.03,
  conflict: 0.01,
}

/** What a {@link troubledPlan} is made of. */
export interface TroubledOptions {
  readonly connections: number
  /** Of them open at one moment. */
  readonly concurrency: number
  /** Bytes of a message at most; a connection has one to four. */
  readonly messageBytes: number
  readonly segmentBytes: number
}

/**
 * TCP and UDP over IPv4 and IPv6 with loss, reordering, duplicates, overlaps and conflicts, ports used again, and
 * all ways to begin and to end.
 */
export function troubledPlan(options: TroubledOptions): CapturePlan {
  const { connections, concurrency, messageBytes, segmentBytes } = options
  return {
    connections,
    concurrency,
    burst: 4,
    stepNs: 20_000,
    reuse: 0.05,
    connection(number, random, content, reused) {
      const isV6 = random.chance(0.3)
      const host = `${(number >>> 8) & 0xff}${isV6 ? ':' : '.'}${number & 0xff}`
      const client = isV6 ? `2001:db8:1::${host}` : `10.${number >>> 16}.${host}`
      const endpoints =
        reused ??
        ([
          endpoint(client, random.between(1_024, 65_535)),
          endpoint(isV6 ? '2001:db8:2::1' : '198.51.100.1', 80),
        ] as [ReturnType<typeof endpoint>, ReturnType<typeof endpoint>])
      if (reused === null && random.chance(0.3)) {
        const flow = new Flow(content, { number, protocol: UDP, endpoints })
        return new UdpTraffic(flow, {
          datagrams: random.between(1, 4),
          side: (index) => ((index & 1) === 0 ? 0 : 1),
          bytes: () => random.between(0, 200),
        })
      }
      const flow = new Flow(content, { number, protocol: TCP, endpoints })
      const messages = random.between(1, 4)
      // Near the wraparound, but not where the connection before may have begun too.
      const isNearWrap = reused === null && random.chance(1 / 4)
      const isn = () => (isNearWrap ? 0xffff_ffff - random.below(messageBytes) : random.u32())
      const traffic = new TcpTraffic(flow, {
        isns: [isn(), isn()],
        messageBytes: (index) => (index < messages ? random.between(1, messageBytes) : 0),
        segmentBytes: () => segmentBytes,
        ackEvery: random.between(0, 2),
        opening: reused === null && random.chance(0.2) ? 'none' : 'handshake',
        closing: random.chance(0.2) ? 'none' : random.chance(0.2) ? 'rst' : 'fin',
      })
      return new ImpairedTraffic(traffic, random, TROUBLES)
    },
  }
}

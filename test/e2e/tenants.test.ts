import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { convert } from '../../dist/index.js'
import type { ConvertOptions } from '../determinism/outcome.mjs'
import { pcapFile } from '../support/capture-writers.js'
import { concat, ethernet, icmp, ipv4, ipv6, mpls, tcp, text, udp, vlan } from '../support/frames.js'
import { readTree, runProgram } from '../support/program.js'
import { geneve, gre, gtpU, vxlan } from '../support/tunnel-frames.js'

const folder = mkdtempSync(join(tmpdir(), 'tenants-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Wrap = (packet: Uint8Array) => Uint8Array
/** A wrapping for packets of the client, and one for those of the server. */
type Network = readonly [client: Wrap, server: Wrap]

const CLIENT = '10.0.0.1'
const SERVER = '10.0.0.2'
const both = (wrap: Wrap): Network => [wrap, wrap]
const bare: Wrap = (packet) => ethernet(packet)
const inVlan =
  (...ids: readonly number[]): Wrap =>
  (packet) =>
    ethernet(
      ids.reduceRight<Uint8Array>(
        (inner, id, i) => (i === ids.length - 1 ? vlan(id, inner) : vlan(id, inner, 0x8100)),
        packet,
      ),
      { etherType: 0x8100 },
    )
const outer = (protocol: number, content: Uint8Array | ReturnType<typeof udp>) =>
  ipv4({ protocol, src: '192.0.2.1', dst: '192.0.2.2' }, content)
const overUdp =
  (port: number, wrap: Wrap, around: Wrap = bare): Wrap =>
  (packet) =>
    around(outer(17, udp({ srcPort: 50_000, dstPort: port }, wrap(packet))))
const overGre =
  (key: number | undefined, type: number, wrap: Wrap, sequence?: number): Wrap =>
  (packet) =>
    ethernet(
      outer(
        47,
        gre(
          { type, ...(key === undefined ? {} : { key }), ...(sequence === undefined ? {} : { sequence }) },
          wrap(packet),
        ),
      ),
    )
const inVxlan = (vni: number, inner: Wrap = bare, around: Wrap = bare) =>
  overUdp(4789, (packet) => vxlan(vni, inner(packet)), around)
const inGeneve = (vni: number) => overUdp(6081, (packet) => geneve(vni, 0x6558, ethernet(packet)))
const inNvgre = (vsid: number, flow: number) => overGre(vsid * 256 + flow, 0x6558, bare)
const inGtp = (teid: number) => overUdp(2152, (packet) => gtpU({ teid }, packet))
const inGre = (key: number) => overGre(key, 0x0800, (packet) => packet)
const inErspan = (session: number) =>
  overGre(undefined, 0x88be, (packet) => concat([0x10, 0, 0, session, 0, 0, 0, 0], ethernet(packet)), session)
const inMpls =
  (label: number): Wrap =>
  (packet) =>
    ethernet(mpls([label], packet), { etherType: 0x8847 })

interface Packet {
  readonly isClient: boolean
  readonly packet: Uint8Array
}

// Whatever identifies a packet is another one each time: no copies.
let identification = 0
function overIp(isClient: boolean, protocol: number, content: ReturnType<typeof udp>, isV6 = false): Packet {
  identification = (identification % 60_000) + 1
  const [src, dst] = isClient ? [CLIENT, SERVER] : [SERVER, CLIENT]
  const packet = isV6
    ? ipv6({ protocol, src: `2001:db8::${src}`, dst: `2001:db8::${dst}` }, content)
    : ipv4({ protocol, src, dst, id: identification }, content)
  return { isClient, packet }
}

const ports = (isClient: boolean, client: number, server: number) =>
  isClient ? { srcPort: client, dstPort: server } : { srcPort: server, dstPort: client }

function datagrams(name: string, isV6 = false): Packet[] {
  return [true, false, true, false].map((isClient, i) =>
    overIp(
      isClient,
      17,
      udp(ports(isClient, 40_000, 53), text(`${name}${isClient ? 'ask' : 'tell'}${i}`)),
      isV6,
    ),
  )
}

function segments(name: string, client: number, server: number, isV6 = false): Packet[] {
  const send = (isClient: boolean, flags: number, seq: number, ack: number, data = '') =>
    overIp(
      isClient,
      6,
      tcp({ ...ports(isClient, 40_000, 80), flags, seq: seq >>> 0, ack: ack >>> 0 }, text(data)),
      isV6,
    )
  return [
    send(true, 0x02, client - 1, 0),
    send(false, 0x12, server - 1, client),
    send(true, 0x10, client, server),
    send(true, 0x18, client, server, `${name}ask`),
    send(false, 0x18, server, client + 4, `${name}tell`),
    send(true, 0x11, client + 4, server + 5),
    send(false, 0x11, server + 5, client + 5),
    send(true, 0x10, client + 5, server + 6),
  ]
}

const echoes = (name: string): Packet[] =>
  [true, false, true, false].map((isClient, i) =>
    overIp(isClient, 1, icmp(isClient ? 8 : 0, 0, text(`${name}${i}`))),
  )

const wrapped = (packets: readonly Packet[], [client, server]: Network): Uint8Array[] =>
  packets.map(({ isClient, packet }) => (isClient ? client : server)(packet))
const interleaved = (...lists: readonly (readonly Uint8Array[])[]): Uint8Array[] =>
  lists[0]!.flatMap((_, i) => lists.map((list) => list[i]!))

let captures = 0
function captureOf(frames: readonly Uint8Array[]): string {
  const path = join(folder, `${captures++}.pcap`)
  const packets = frames.map((frame, i) => ({
    tsSec: 1_700_000_000,
    tsNsec: i * 1e6,
    frame,
    originalBytes: frame.length,
  }))
  writeFileSync(path, pcapFile(packets))
  return path
}

interface IndexRecord {
  readonly uid: string
  readonly [field: string]: unknown
}

async function recordsOf(capture: string, options: ConvertOptions = {}): Promise<IndexRecord[]> {
  const index = join(folder, 'index.jsonl')
  const { errors } = await convert({ ...options, inputFile: capture, noWrite: true, index, force: true })
  expect(errors).toEqual([])
  return readFileSync(index, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as IndexRecord)
}

// Two networks, and whether the same addresses are other hosts in them.
const NETWORKS: [string, Network, Network, boolean][] = [
  ['VLANs', both(inVlan(10)), both(inVlan(20)), true],
  ['a VLAN and none', both(inVlan(10)), both(bare), true],
  ['VLANs in one VLAN of a provider', both(inVlan(7, 10)), both(inVlan(7, 20)), true],
  ['one VLAN of two customers of a provider', both(inVlan(7, 10)), both(inVlan(8, 10)), true],
  ['VXLAN', both(inVxlan(5000)), both(inVxlan(5001)), true],
  ['VLANs in one VXLAN', both(inVxlan(5000, inVlan(1))), both(inVxlan(5000, inVlan(2))), true],
  ['GENEVE', both(inGeneve(1)), both(inGeneve(2)), true],
  ['NVGRE', [inNvgre(1, 17), inNvgre(1, 18)], [inNvgre(2, 17), inNvgre(2, 18)], true],
  ['flows of one NVGRE network', both(inNvgre(3, 1)), both(inNvgre(3, 2)), false],
  ['VLANs around one VXLAN', both(inVxlan(1, bare, inVlan(3))), both(inVxlan(1, bare, inVlan(4))), false],
  ['GTP-U tunnels', both(inGtp(1)), both(inGtp(2)), false],
  ['GRE keys', both(inGre(1)), both(inGre(2)), false],
  ['MPLS labels', both(inMpls(16)), both(inMpls(17)), false],
  ['ERSPAN sessions', both(inErspan(1)), both(inErspan(2)), false],
  ['a priority and none', both(inVlan(0)), both(bare), false],
  ['VLANs, one for each direction', [inVlan(10), inVlan(20)], [inVlan(10), inVlan(20)], false],
  ['a VLAN for one direction', [inVlan(10), bare], [inVlan(10), bare], false],
]

describe('--key', () => {
  it.each(NETWORKS)('datagrams of the same addresses in %s', async (_, x, y, isApart) => {
    for (const make of isApart ? [datagrams, (name: string) => datagrams(name, true), echoes] : [datagrams]) {
      const capture = captureOf(interleaved(wrapped(make('x'), x), wrapped(make('y'), y)))
      const records = await recordsOf(capture)
      const packets = records.map(({ orig_pkts, resp_pkts }) => Number(orig_pkts) + Number(resp_pkts))
      expect(packets).toEqual(isApart ? [5, 3] : [8])
      expect(await recordsOf(capture, { key: '5-tuple' })).toHaveLength(1)
    }
  })

  it.each(NETWORKS)('TCP connections of the same addresses in %s', async (_, x, y, isApart) => {
    for (const isV6 of isApart ? [false, true] : [false]) {
      const [one, other] = [
        segments('x', 1000, 2 ** 31, isV6),
        segments('y', 2 ** 30, 3 * 2 ** 30, isV6),
      ] as const
      const apart = [captureOf(wrapped(one, x)), captureOf(wrapped(other, y))]
      const together = captureOf(interleaved(wrapped(one, x), wrapped(other, y)))
      const [[first], [second]] = [await recordsOf(apart[0]!), await recordsOf(apart[1]!)]
      for (const key of ['auto', '5-tuple'] as const) {
        const records = await recordsOf(together, { key })
        const fields = ({
          conn_state,
          history,
          vlan,
          tunnel,
          orig_pkts,
          orig_bytes,
          resp_bytes,
        }: IndexRecord) => [
          [conn_state, history, vlan, tunnel],
          [orig_pkts, orig_bytes, resp_bytes],
        ]
        expect(records.map(fields)).toEqual([fields(first!), fields(second!)])
      }
    }
  })

  it('keeps the networks of both directions in the index', async () => {
    const capture = captureOf(wrapped(segments('x', 1000, 5000), [inVlan(10), inVlan(20)]))
    expect(await recordsOf(capture)).toMatchObject([{ vlan: [10, 20], orig_bytes: 4, resp_bytes: 5 }])
  })

  it('comes after --dedup: what is seen in two VLANs is a packet', async () => {
    for (const packets of [datagrams('x'), segments('x', 1000, 5000)]) {
      const frames = interleaved(wrapped(packets, both(inVlan(10))), wrapped(packets, both(inVlan(20))))
      const [record, ...others] = await recordsOf(captureOf(frames))
      expect(others).toEqual([])
      expect([record!.orig_dup_pkts, record!.resp_dup_pkts]).toEqual([record!.orig_pkts, record!.resp_pkts])
    }
  })

  it('counts copies to the connection of their network', async () => {
    const twice = (packets: readonly Uint8Array[]) => packets.flatMap((frame) => [frame, frame])
    const frames = interleaved(
      twice(wrapped(datagrams('x'), both(inVxlan(1)))),
      wrapped([...datagrams('y'), ...datagrams('y')], both(inVxlan(2))),
    )
    const records = await recordsOf(captureOf(frames))
    const packets = records.map((record) => [record.orig_pkts, record.resp_pkts])
    // The first packet of `x` is of the connection of `y`, since `y` is answered first; so is its copy.
    expect(packets).toEqual([
      [5, 4],
      [1, 2],
    ])
    const copies = records.map(({ orig_dup_pkts, resp_dup_pkts }) => [orig_dup_pkts, resp_dup_pkts])
    expect(copies).toEqual([
      [1, 0],
      [1, 2],
    ])
  })

  it('gives the same with any workers, by get and explain', async () => {
    const frames = interleaved(
      ...[1, 2, 3].map((vni) => {
        const network = both(inVxlan(vni))
        const first = (vni * 0x3456_789a) >>> 0
        return wrapped([...datagrams(`u${vni}`), ...segments(`t${vni}`, first, first ^ 0x5a5a_5a5a)], network)
      }),
    )
    const capture = captureOf(frames)
    const records = await recordsOf(capture)
    expect(records).toHaveLength(6)
    for (const workers of [1, 2, 7]) expect(await recordsOf(capture, { workers })).toEqual(records)
    for (const key of ['auto', '5-tuple'] as const) {
      const archive = join(folder, `archive-${key}`)
      const whole = join(folder, `whole-${key}`)
      const some = join(folder, `some-${key}`)
      mkdirSync(some)
      const indexed = await runProgram(['index', capture, '-o', archive, '-q', '--key', key])
      expect([indexed.code, indexed.stderr]).toEqual([0, ''])
      await runProgram([capture, '-o', whole, '-q', '--key', key])
      const list = await recordsOf(capture, { key })
      expect(list).toHaveLength(key === 'auto' ? 6 : 4)
      for (const { uid, orig_pkts, resp_pkts } of list) {
        const got = await runProgram(['get', archive, uid, '-o', some, '-q'])
        expect([got.code, got.stderr]).toEqual([0, ''])
        const explained = await runProgram(['explain', archive, uid])
        const packets = explained.stdout.toString().trimEnd().split('\n').length - 1
        expect(packets).toBe(Number(orig_pkts) + Number(resp_pkts))
      }
      expect(readTree(some)).toEqual(readTree(whole))
      expect(readFileSync(join(archive, 'inputs.json'), 'utf8')).toContain(`"key": "${key}"`)
    }
  })
})

it('says of a connection that the limit of networks has touched it, when it is had again', async () => {
  const frames = Array.from({ length: 258 }, (_, i) => wrapped(datagrams('x'), both(inVlan(i + 1)))).flat()
  const capture = captureOf(frames)
  const archive = join(folder, 'limit-archive')
  const made = await runProgram(['index', capture, '-q', '-o', archive])
  expect(made.code).toBe(0)
  const got = await runProgram(['get', archive, '--where', 'orig_pkts > 2', '-o', join(folder, 'got')])
  expect(got.stderr.match(/\w+ was touched by networks when it was indexed/g)).toHaveLength(1)
})

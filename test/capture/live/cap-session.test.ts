import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import type { CapCapture } from '../../../src/capture/live/cap-module.js'
import { CAP_SNAPLEN, CapSession } from '../../../src/capture/live/cap-session.js'
import type { CaptureOptions } from '../../../src/capture/live/live-capture.js'
import { PcapReader } from '../../../src/capture/pcap-reader.js'

const OPTIONS: CaptureOptions = {
  interfaceName: 'eth0',
  filter: null,
  snaplen: 262_144,
  promiscuous: true,
  bufferBytes: 1 << 20,
  packetCount: Number.POSITIVE_INFINITY,
}

/** Does what cap does: puts a packet into the buffer that it was given, and calls for it. Doesn't keep the buffer. */
class FakeCap implements CapCapture {
  static latest: FakeCap
  static openError: string | null = null
  static failsForFilters = false
  static linkType = 'ETHERNET'
  buffer: WeakRef<Buffer> | null = null
  isClosed = false
  #listener: (bytes: number, isCut: boolean) => void = () => {}

  static deviceList() {
    return []
  }

  constructor() {
    FakeCap.latest = this
  }

  on(_event: 'packet', listener: (bytes: number, isCut: boolean) => void): void {
    this.#listener = listener
  }

  open(_device: string, filter: string, _bufferBytes: number, buffer: Buffer): string {
    const isFailing = !FakeCap.failsForFilters || filter !== ''
    if (FakeCap.openError !== null && isFailing) throw new Error(FakeCap.openError)
    this.buffer = new WeakRef(buffer)
    return FakeCap.linkType
  }

  close(): void {
    this.isClosed = true
  }

  emit(frame: Uint8Array): void {
    if (this.isClosed) throw new Error('a packet after the end')
    const buffer = this.buffer?.deref()
    if (buffer === undefined) throw new Error('the buffer is gone: cap would write to freed memory')
    buffer.set(frame)
    this.#listener(frame.length, false)
    buffer.fill(0xee)
  }
}

function open(options: Partial<CaptureOptions> = {}) {
  const world = { nowMs: 1_700_000_000_123.456, toStop: false, ends: 0, written: [] as Uint8Array[] }
  const session = CapSession.open(
    {
      cap: { Cap: FakeCap },
      now: () => world.nowMs,
      write: (bytes) => world.written.push(bytes.slice()),
      isToStop: () => world.toStop,
      onEnd: () => {
        world.ends += 1
      },
    },
    { ...OPTIONS, ...options },
  )
  if (!(session instanceof CapSession)) throw new Error(session.message)
  return { session, world, cap: FakeCap.latest }
}

/** The packets of a pcap stream. */
function packetsIn(parts: readonly Uint8Array[]) {
  const file = Buffer.concat(parts)
  const reader = new PcapReader('test', { maxInterfaces: 1, isDecompressed: false })
  reader.window(file, 0, file.length, true)
  const out = blankCapturedPacket()
  const packets = []
  while (reader.next(out) === 'packet') packets.push({ ...out, frame: file.subarray(out.from, out.to) })
  expect(reader.problem).toBeNull()
  return packets
}

describe('CapSession', () => {
  it('makes a pcap stream of the packets, with the times of their receipt', () => {
    const { session, world, cap } = open()
    cap.emit(Buffer.from('first frame'))
    session.turn()
    world.nowMs = 1_700_000_001_000
    cap.emit(Buffer.from('second'))
    session.turn()
    expect(packetsIn(world.written)).toMatchObject([
      {
        tsSec: 1_700_000_000,
        tsNsec: 123_456_000,
        isNanosecond: false,
        linkType: 1,
        frame: Buffer.from('first frame'),
      },
      { tsSec: 1_700_000_001, tsNsec: 0, originalBytes: 6, frame: Buffer.from('second') },
    ])
  })

  it('keeps the buffer that cap writes to for as long as it is open', () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const { session, world, cap } = open()
    for (let i = 0; i < 5; i++) {
      collect()
      cap.emit(Buffer.from([i]))
    }
    session.turn()
    expect(packetsIn(world.written)).toHaveLength(5)
  })

  it('writes full batches where no turn comes between packets', () => {
    const { world, cap } = open()
    for (let i = 0; i < 200; i++) cap.emit(new Uint8Array(1000))
    const bytes = world.written.reduce((sum, part) => sum + part.length, 0)
    expect(bytes).toBeGreaterThan(200 * 1016 - 70_000)
    expect(Math.max(...world.written.map((part) => part.length))).toBeLessThan(70_000)
  })

  it('sees that it is to end where no turn comes between packets', () => {
    const { world, cap } = open()
    world.toStop = true
    for (let i = 0; i < 100_000 && !cap.isClosed; i++) {
      world.nowMs += 1
      cap.emit(new Uint8Array(10))
    }
    expect([cap.isClosed, world.ends]).toEqual([true, 1])
    expect(packetsIn(world.written).length).toBeLessThan(10_000)
  })

  it('takes what comes in two more turns when it is to end', () => {
    const { session, world, cap } = open()
    world.toStop = true
    session.turn()
    cap.emit(new Uint8Array(10))
    session.turn()
    expect(world.ends).toBe(0)
    cap.emit(new Uint8Array(10))
    session.turn()
    session.turn()
    expect([cap.isClosed, world.ends, packetsIn(world.written).length]).toEqual([true, 1, 2])
  })

  it('ends with the packet that is the last one asked for', () => {
    const { world, cap } = open({ packetCount: 3 })
    for (let i = 0; i < 3; i++) cap.emit(Uint8Array.of(i))
    expect([cap.isClosed, world.ends, packetsIn(world.written).length]).toEqual([true, 1, 3])
  })

  it('cuts frames itself, and tells their length', () => {
    const { session, world, cap } = open({ snaplen: 100 })
    cap.emit(new Uint8Array(1500))
    cap.emit(new Uint8Array(CAP_SNAPLEN))
    session.turn()
    expect(packetsIn(world.written).map(({ frame, originalBytes }) => [frame.length, originalBytes])).toEqual(
      [
        [100, 1500],
        [100, CAP_SNAPLEN],
      ],
    )
  })

  // [cap's name, LINKTYPE]
  const linkTypes: [string, number][] = [
    ['NULL', 0],
    ['ETHERNET', 1],
    ['RAW', 101],
    ['LINKTYPE_LINUX_SLL', 113],
    ['IEEE802_11_RADIO', 127],
    ['Unknown linktype 276', 276],
    ['Unknown linktype 12', 101],
  ]
  it.each(linkTypes)('takes the link type %s for %d', (name, linkType) => {
    FakeCap.linkType = name
    expect(open().session.linkType).toBe(linkType)
    FakeCap.linkType = 'ETHERNET'
  })

  // [filter, text, what failed: with any filter, or always]
  const failures: [string | null, string, string][] = [
    ['tcp prot', "can't parse filter expression: syntax error", 'filter'],
    ['tcp port 99999', 'illegal port number', 'filter'],
    ['tcp', 'socket: Operation not permitted', 'system'],
    ['tcp', 'a text that nobody has seen before', 'system'],
    [null, 'anything', 'system'],
  ]
  it.each(failures)('says what failed with the filter %j and the text %j', (filter, message, kind) => {
    FakeCap.openError = message
    FakeCap.failsForFilters = kind === 'filter'
    const parts = { cap: { Cap: FakeCap }, now: () => 0, write() {}, isToStop: () => false, onEnd() {} }
    expect(CapSession.open(parts, { ...OPTIONS, filter })).toEqual(
      kind === 'filter' ? { kind, message, linkType: null } : { kind, message },
    )
    FakeCap.openError = null
  })
})

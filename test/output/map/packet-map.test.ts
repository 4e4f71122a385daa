import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Entry, FRAGMENT } from '../../../src/archive/map-entry.js'
import { MapFile } from '../../../src/archive/map-file.js'
import { PacketRole } from '../../../src/flow/connection-sink.js'
import { blankFlowPacket } from '../../../src/flow/flow-packet.js'
import { FdBudget } from '../../../src/output/files/fd-budget.js'
import { FileSlots } from '../../../src/output/files/file-slots.js'
import { packUid, unpackUid } from '../../../src/output/map/map-format.js'
import { PacketLists } from '../../../src/output/map/packet-lists.js'
import { writeMap } from '../../../src/output/map/packet-map.js'
import { CONNECTION_LIMITS } from '../../../src/stream/limit-marks.js'

const folder = mkdtempSync(join(tmpdir(), 'packet-map-'))
afterAll(() => rmSync(folder, { recursive: true }))
let runs = 0

const uid = fc
  .array(fc.constantFrom(...'ABYZabyz019'), { minLength: 17, maxLength: 17 })
  .map((letters) => `C${letters.join('')}`)
const position = fc.oneof(fc.nat(40), fc.nat(100_000), fc.integer({ min: 0, max: 2 ** 46 }))
const place = fc.record({
  input: fc.nat(2),
  position,
  rank: fc.nat(),
  lateSec: fc.oneof(fc.constant(0), fc.constantFrom(1, 200, 2 ** 40)),
  lateNsec: fc.oneof(fc.constant(0), fc.nat(999_999_999)),
})
const packet = fc.record({
  place,
  index: fc.oneof(fc.constant(0), fc.nat(300)),
  fragments: fc.array(place, { maxLength: 3 }),
  role: fc.oneof(fc.constant(PacketRole.MEMBER), fc.constantFrom(...Object.values(PacketRole))),
})
const connection = fc.record({
  packets: fc.array(packet, { maxLength: 60 }),
  ordinal: fc.integer({ min: 1, max: 500 }),
  key: fc.option(fc.constantFrom(0, 1, 255)),
})
const connections = fc.dictionary(uid, connection, { maxKeys: 12 })

type Packet = typeof packet extends fc.Arbitrary<infer T> ? T : never

type Place = Packet['place']

function isLate({ lateSec, lateNsec }: Place): boolean {
  return lateSec + lateNsec > 0
}

function feed(lists: PacketLists, number: number, { place, index, fragments, role }: Packet, count: number) {
  const isPlain = index === 0 && fragments.length === 0 && !isLate(place)
  const at = { inputBase: place.position, frameFrom: 20, recordBytes: 20, input: place.input }
  const far = { number: count, ...place, index, fragments, isCut: false }
  lists.packet(number, { ...blankFlowPacket(), ...at, number: count, place: isPlain ? null : far }, role)
}

/** What the list of a connection is, packet by packet. */
function listOf({ inputs, positions, indexes, marks, late }: Entry) {
  return inputs.map((input, i) => [input, positions[i], indexes[i], marks[i], late.get(i)])
}

function lateness(place: Place) {
  return isLate(place) ? { lateSec: place.lateSec, lateNsec: place.lateNsec } : undefined
}

function expected(packets: readonly Packet[]) {
  return packets.flatMap(({ place, index, fragments, role }) => [
    ...fragments.map((fragment) => [fragment.input, fragment.position, 0, FRAGMENT, lateness(fragment)]),
    [place.input, place.position, index, role, lateness(place)],
  ])
}

describe('the map of packets', () => {
  it('gives back the packets of each connection, whatever the memory and the number of workers', async () => {
    await fc.assert(
      fc.asyncProperty(
        connections,
        fc.constantFrom(1, 3),
        fc.constantFrom(0, 40_000, 2 ** 24),
        async (all, workers, memory) => {
          runs += 1
          const temp = join(folder, `${runs}`)
          const path = join(folder, `${runs}.map`)
          const uids = Object.keys(all)
          mkdirSync(temp)
          const parts = Array.from({ length: workers }, (_, worker) => {
            const slots = new FileSlots(new FdBudget(FdBudget.allocate(10, 1)))
            const lists = new PacketLists((number) => uids[number]!, slots, temp, worker, memory)
            const mine = uids.map((_, number) => number).filter((number) => number % workers === worker)
            for (const number of mine) lists.opened(number)
            // Packets of all connections in turn, so that pieces of open ones are written.
            for (let i = 0; i < 60; i++)
              for (const number of mine) {
                const next = all[uids[number]!]!.packets[i]
                if (next !== undefined) feed(lists, number, next, 1 + i)
              }
            for (const number of mine) {
              const { ordinal, key } = all[uids[number]!]!
              lists.finished(number, ordinal, number % 64, key === null ? null : new Uint8Array(8).fill(key))
            }
            return lists.finish()
          })
          const facts = await writeMap(path, parts, [], temp)
          expect(facts.connections).toBe(uids.length)
          const file = new MapFile(path)
          try {
            expect([...file.entries()].map((entry) => entry.uid)).toHaveLength(uids.length)
            for (const uid of uids) {
              const entry = file.find(uid)!
              expect([entry.uid, entry.ordinal, entry.isCut]).toEqual([uid, all[uid]!.ordinal, false])
              const bits = CONNECTION_LIMITS.map((limit, i) => (entry.limits.includes(limit) ? 1 << i : 0))
              expect(bits.reduce((a, b) => a | b, 0)).toBe(uids.indexOf(uid) % 64)
              expect(listOf(entry)).toEqual(expected(all[uid]!.packets))
              if (all[uid]!.key === null) expect(entry.key).toBeNull()
              else
                expect(file.companyOf(entry.key!).sort()).toEqual(
                  uids.filter((other) => all[other]!.key === all[uid]!.key).sort(),
                )
            }
            expect(file.find('CAAAAAAAAAAAAAAAA9')).toBeNull()
          } finally {
            file.close()
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(readdirSync(folder).some((name) => name.endsWith('.partial'))).toBe(false)
  })

  it('packs uids so that their order is that of their digits', () => {
    const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
    const any = fc.array(fc.nat(61), { minLength: 17, maxLength: 17 })
    const text = (digits: number[]) => `C${digits.map((digit) => DIGITS[digit]).join('')}`
    const packed = (digits: number[]) => {
      const bytes = Buffer.alloc(13)
      expect(packUid(text(digits), bytes, 0)).toBe(true)
      return bytes
    }
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(unpackUid(packed(a), 0)).toBe(text(a))
        const difference = a.findIndex((digit, i) => digit !== b[i])
        const order = difference < 0 ? 0 : Math.sign(a[difference]! - b[difference]!)
        expect(packed(a).compare(packed(b))).toBe(order)
      }),
    )
    for (const other of ['', 'C', 'DAAAAAAAAAAAAAAAAA', 'CAAAAAAAAAAAAAAAA-', 'CAAAAAAAAAAAAAAAAAA'])
      expect(packUid(other, Buffer.alloc(13), 0)).toBe(false)
  })
})

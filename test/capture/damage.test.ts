import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import { type ReadPacket, readCapture } from '../support/read-capture.js'
import { damagedCapture } from './seeded-damage.js'

const CAPTURES = 200

/** A packet as a short text, so that thousands are compared quickly. */
function textOf({ tsSec, tsNsec, linkType, originalBytes, frame }: ReadPacket): string {
  return `${tsSec}.${tsNsec} ${linkType} ${originalBytes} ${hash('md5', frame)}`
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i])
}

function outcome(bytes: Uint8Array, windows?: readonly number[]) {
  const { packets, status, reader } = readCapture(bytes, windows)
  const { holes, lostBytes, problems } = reader.damage
  return {
    packets: packets.map(textOf),
    status,
    problem: reader.problem?.message,
    holes,
    lostBytes,
    problems,
  }
}

describe.each(['pcap', 'pcapng'])('damage to %s files', (format) => {
  const seeds = Array.from({ length: CAPTURES }, (_, i) => i).filter(
    (seed) => (seed % 2 === 0) === (format === 'pcap'),
  )

  it('costs what is damaged and nothing else, whatever the damage', () => {
    const failures: string[] = []
    for (const seed of seeds) {
      const { name, whole, damaged, before, after, packets } = damagedCapture(seed)
      const all = outcome(whole).packets
      const read = outcome(damaged)
      const isWhole =
        all.length === packets &&
        read.packets.length >= before + after &&
        isSame(read.packets.slice(0, before), all.slice(0, before)) &&
        isSame(read.packets.slice(read.packets.length - after), all.slice(all.length - after))
      if (!isWhole)
        failures.push(`${name}: ${JSON.stringify({ before, after, ...read, packets: read.packets.length })}`)
    }
    expect(failures).toEqual([])
  })

  it('gives the same packets and the same problems wherever windows end', () => {
    for (const seed of seeds.filter((_, i) => i % 4 === 0)) {
      const { name, damaged } = damagedCapture(seed)
      const random = new Random(seed)
      const expected = outcome(damaged)
      for (const most of [500, 70_000]) {
        const windows = Array.from({ length: 5 }, () => random.between(most >> 3, most))
        expect({ name, ...outcome(damaged, windows) }).toEqual({ name, ...expected })
      }
    }
  })
})

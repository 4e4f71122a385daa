import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { LinkGuess } from '../../../src/wire/link/link-guess.js'
import { concat, ethernet, ipv4, ipv6, text, udp } from '../../support/frames.js'

const hello = ipv4({ protocol: 17 }, udp({ srcPort: 1, dstPort: 2 }, text('hello')))
const hello6 = ipv6({ protocol: 17 }, udp({ srcPort: 1, dstPort: 2 }, text('hello')))
const arp = ethernet(new Uint8Array(28), { etherType: 0x0806 })
const sll = (content: Uint8Array) => concat(new Uint8Array(14), [8, 0], content)
const sll2 = (content: Uint8Array) => concat([8, 0], new Uint8Array(18), content)

function guess(said: number, frames: readonly Uint8Array[]): number | null {
  const found = new LinkGuess()
  for (const frame of frames) {
    const packet = { ...blankCapturedPacket(), linkType: said, to: frame.length, originalBytes: frame.length }
    found.add(frame, packet)
  }
  return found.result()
}

const many = (frame: Uint8Array, count = 100) => Array.from({ length: count }, () => frame)

describe('LinkGuess', () => {
  it.each([
    ['raw IP that says Ethernet', 1, many(hello), 101],
    ['IPv6 that says Ethernet', 1, many(hello6), 101],
    ['Ethernet that says raw IP', 101, many(ethernet(hello)), 1],
    ['a cooked header that says Ethernet', 1, many(sll(hello)), 113],
    ['a cooked header of version 2 that says Ethernet', 1, many(sll2(hello)), 276],
    ['loopback that says Ethernet', 1, many(concat([2, 0, 0, 0], hello)), 0],
    ['a link type that is not known', 147, many(ethernet(hello)), 1],
    ['one packet', 1, [hello], 101],
    ['96 of 100', 1, [...many(hello, 96), ...many(arp, 4)], 101],
  ])('finds %s', (_name, said, frames, linkType) => {
    expect(guess(said, frames)).toBe(linkType)
  })

  it.each([
    ['what is as it says', 1, many(ethernet(hello))],
    ['5 of 100 that are as it says', 1, [...many(hello, 95), ...many(ethernet(hello), 5)]],
    ['95 of 100', 1, [...many(hello, 95), ...many(arp, 5)]],
    ['frames without IP', 1, many(arp)],
    ['garbage', 1, many(text('no packet at all, but bytes'))],
    ['nothing', 1, []],
  ])('doubts nothing of %s', (_name, said, frames) => {
    expect(guess(said, frames)).toBeNull()
  })
})

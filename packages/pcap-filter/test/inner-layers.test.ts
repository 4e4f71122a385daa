import { describe, expect, it } from 'vitest'
import { compileFilter } from '../src/compile-filter.js'

// Behind a radio header of some length and an IEEE 802.11 data header, of which libpcap's programs lose track.
const SNAP = [0xaa, 0xaa, 0x03, 0, 0, 0]
const IPV4 = [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
const TCP = [0x1f, 0x90, 0, 80, ...new Array<number>(16).fill(0)]
const PPPOE = [0x11, 0, 0, 5, 0, 42, 0, 0x21]
const UDP_GENEVE = [
  0x45, 0, 0, 76, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 3, 10, 0, 0, 4, 0, 1, 0x17, 0xc1, 0, 56, 0, 0,
]
const GENEVE = [1, 0, 0x08, 0, 0, 0, 11, 0, 0, 0, 0, 0]

const wlan = (isQos: boolean, ...rest: readonly number[][]): number[] => [
  ...[isQos ? 0x88 : 0x08, 0, ...new Array<number>(22).fill(2), ...(isQos ? [0, 0] : [])],
  ...[SNAP, ...rest].flat(),
]
const radiotap = (bytes: number): number[] => [0, 0, bytes, 0, ...new Array<number>(bytes - 4).fill(0)]
const avs = (bytes: number): number[] => [
  0x80,
  0x21,
  0x10,
  0x01,
  0,
  0,
  0,
  bytes,
  ...new Array<number>(bytes - 8).fill(0),
]

const pppoe = (isQos: boolean) => wlan(isQos, [0x88, 0x64], PPPOE, IPV4, TCP)
const geneve = (isQos: boolean) => wlan(isQos, [0x08, 0], UDP_GENEVE, GENEVE, IPV4, TCP)

describe('what is inside of 802.11 frames', () => {
  it.each([
    ['PPPoE behind 8 bytes of radiotap', 127, [...radiotap(8), ...pppoe(false)]],
    ['PPPoE behind 25 bytes of radiotap and QoS', 127, [...radiotap(25), ...pppoe(true)]],
    ['PPPoE behind an AVS header', 163, [...avs(64), ...pppoe(true)]],
    ['PPPoE behind an AVS header called Prism', 119, [...avs(40), ...pppoe(false)]],
  ])('is found: %s', async (_, linkType, frame) => {
    await expectTaken(linkType, frame, {
      pppoes: true,
      'pppoes 5 and tcp port 80': true,
      'pppoes and host 10.0.0.1': true,
      'pppoes 4': false,
      'pppoes and udp': false,
      'not pppoes': false,
      geneve: false,
    })
  })

  it.each([
    ['Geneve without radio header', 105, geneve(false)],
    ['Geneve behind QoS without radio header', 105, geneve(true)],
    ['Geneve behind 8 bytes of radiotap', 127, [...radiotap(8), ...geneve(false)]],
    ['Geneve behind 25 bytes of radiotap and QoS', 127, [...radiotap(25), ...geneve(true)]],
    ['Geneve behind an AVS header', 163, [...avs(64), ...geneve(true)]],
  ])('is found: %s', async (_, linkType, frame) => {
    await expectTaken(linkType, frame, {
      geneve: true,
      'geneve 11 and tcp port 80': true,
      'udp and geneve and host 10.0.0.1': true,
      'geneve 12': false,
      'geneve and host 10.0.0.3': false,
      'not geneve': false,
      pppoes: false,
    })
  })
})

async function expectTaken(linkType: number, frame: readonly number[], expected: Record<string, boolean>) {
  const taken: Record<string, boolean> = {}
  for (const expression of Object.keys(expected)) {
    const predicate = (await compileFilter(expression)).forLinkType(linkType)
    taken[expression] = predicate(Uint8Array.from(frame), 0, frame.length, frame.length)
  }
  expect(taken).toEqual(expected)
}

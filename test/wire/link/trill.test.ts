import { describe, expect, it } from 'vitest'
import { concat, ethernet } from '../../support/frames.js'
import { decodeFrame } from '../frame-decoder.js'
import { expectInside, frame4, taggedFrame } from '../tunnels/tunnel-cases.js'

const TRILL = { etherType: 0x22f3 }

describe('decodeTrill()', () => {
  it.each<[string, Uint8Array, number[]]>([
    ['a frame', concat([0, 0x3f], [0, 1, 0, 2], frame4), []],
    ['a frame with a VLAN tag', concat([0, 0x3f], [0, 1, 0, 2], taggedFrame), [77]],
    ['options', concat([0, 0xbf], [0, 1, 0, 2], new Uint8Array(8), frame4), []],
  ])('finds the packet in %s', (_name, content, vlanIds) => {
    expectInside(ethernet(content, TRILL), ['trill'], vlanIds)
  })

  it.each([
    ['another version', concat([0x40, 0x3f], [0, 1, 0, 2], frame4), 'notIp'],
    ['half a header', new Uint8Array(5), 'malformed'],
    ['half of its options', concat([0, 0xbf], [0, 1, 0, 2], new Uint8Array(7)), 'malformed'],
  ])('finds nothing behind %s', (_name, content, status) => {
    expect(decodeFrame(ethernet(content, TRILL)).status).toBe(status)
  })
})

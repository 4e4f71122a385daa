import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryPacket } from '../../../../test/support/arbitrary-packet.js'
import { predicateOf } from '../../src/emit/javascript.js'
import { machineOf } from '../../src/emit/machine.js'
import type { Instruction } from '../../src/emit/program.js'
import { runMachine } from '../support/bpf-machine.js'
import { ETHERNET_EXPRESSIONS, LINK_TYPE_EXPRESSIONS } from '../support/filter-expressions.js'
import { filterOf } from '../support/filters.js'

/** Instructions as the machine has them: code, k, and for jumps the two targets. */
function program(
  ...rows: readonly (readonly [code: number, k: number, next?: number, otherwise?: number])[]
) {
  return rows.map(([code, k, next, otherwise], at): Instruction => {
    const following = next ?? at + 1
    return { code, k, next: following, otherwise: otherwise ?? following }
  })
}

const [LD_IMM, LDX_IMM, LD_LEN, ST, LDM, STX, LDXM] = [0, 1, 128, 2, 96, 3, 97]
const [LDW, LDH, LDB, LDW_X, LDH_X, LDB_X, MSH] = [32, 40, 48, 64, 72, 80, 177]
const [JA, JEQ, RET, NEG, TAX, TXA] = [5, 21, 6, 132, 7, 135]

describe.each([
  ['the generated function', predicateOf],
  ['the loop over instructions', machineOf],
])('%s', (_name, predicateOf) => {
  const uint32 = fc.oneof(
    fc.constantFrom(0, 1, 31, 32, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  )
  const operations = [4, 20, 36, 52, 148, 84, 68, 164, 100, 116]
  const jumps = [21, 37, 53, 69]

  it('computes with 32 bits as the machine does', () => {
    fc.assert(
      fc.property(
        uint32,
        uint32,
        uint32,
        fc.constantFrom(...operations),
        fc.constantFrom(0, 8),
        fc.constantFrom(...jumps),
        fc.constantFrom(0, 8),
        (a, k, x, operation, source, jump, jumpSource) => {
          const code = program(
            [LD_IMM, a],
            [LDX_IMM, x],
            [operation | source, k],
            [NEG, 0],
            [jump | jumpSource, k, 5, 6],
            [RET, 1],
            [RET, 0],
          )
          const packet = new Uint8Array(0)
          expect(predicateOf(code)(packet, 0, 0, 0)).toBe(runMachine(code, packet, 0))
        },
      ),
      { numRuns: 500 },
    )
  })

  // [what is loaded, bytes that are there, matches]
  it.each([
    ['four bytes at 2', [LDW, 2], 6, true],
    ['four bytes at 2', [LDW, 2], 5, false],
    ['two bytes at 2', [LDH, 2], 4, true],
    ['two bytes at 2', [LDH, 2], 3, false],
    ['a byte at 2', [LDB, 2], 3, true],
    ['a byte at 2', [LDB, 2], 2, false],
    ['a header length at 2', [MSH, 2], 3, true],
    ['a header length at 2', [MSH, 2], 2, false],
    ['four bytes far beyond', [LDW, 0xffff_fffe], 64, false],
    ['a header length far beyond', [MSH, 0xffff_ffff], 64, false],
  ])('loads %s from a packet of %d bytes or refuses it', (_what, [code, k], length, expected) => {
    const test = predicateOf(program([code!, k!], [RET, 1]))
    expect(test(new Uint8Array(64), 0, length, length)).toBe(expected)
    expect(test(new Uint8Array(200), 100, length, length)).toBe(expected)
  })

  it.each([
    [LDW_X, 4, 0, 8, true],
    [LDW_X, 4, 1, 8, false],
    [LDH_X, 4, 2, 8, true],
    [LDH_X, 4, 3, 8, false],
    [LDB_X, 4, 3, 8, true],
    [LDB_X, 4, 4, 8, false],
    [LDB_X, 1, 0xffff_ffff, 8, false],
    [LDB_X, 0xffff_ffff, 1, 8, false],
  ])('loads with code %d from %d + %d of %d bytes or refuses the packet', (code, k, x, length, expected) => {
    const test = predicateOf(program([LDX_IMM, x], [code, k], [RET, 1]))
    expect(test(new Uint8Array(64), 0, length, length)).toBe(expected)
  })

  it('has the length on the wire, memory, and both registers', () => {
    const code = program(
      [LD_LEN, 0],
      [TAX, 0],
      [STX, 15],
      [LD_IMM, 0],
      [LDXM, 15],
      [TXA, 0],
      [ST, 3],
      [LD_IMM, 7],
      [LDM, 3],
      [JEQ, 1500, 10, 11],
      [RET, 1],
      [RET, 0],
    )
    expect(predicateOf(code)(new Uint8Array(0), 0, 0, 1500)).toBe(true)
    expect(predicateOf(code)(new Uint8Array(0), 0, 0, 1499)).toBe(false)
  })

  it('gives up a loop that would not end', () => {
    const code = program([LD_IMM, 0], [JA, 0xffff_fffe, 0])
    expect(predicateOf(code)(new Uint8Array(0), 0, 0, 0)).toBe(false)
  })

  const rows: [string, number][] = [
    ...ETHERNET_EXPRESSIONS.map((expression): [string, number] => [expression, 1]),
    ...LINK_TYPE_EXPRESSIONS.flatMap(([linkTypes, expressions]) =>
      expressions
        .split(';')
        .map((expression, i): [string, number] => [expression, linkTypes[i % linkTypes.length]!]),
    ),
  ]
  const compiled = rows.flatMap(([expression, linkType]) => {
    try {
      const code = filterOf(expression).program(linkType)
      return [{ expression, linkType, code, test: predicateOf(code) }]
    } catch {
      return [] // refused for this link type
    }
  })

  it('answers as the machine does, for every kind of expression and any packet', () => {
    expect(compiled.length).toBeGreaterThan(300)
    fc.assert(
      fc.property(arbitraryPacket, fc.integer({ min: 0, max: 2000 }), (packet, more) => {
        for (const { expression, linkType, code, test } of compiled) {
          const expected = runMachine(code, packet, packet.length + more)
          const found = test(packet, 0, packet.length, packet.length + more)
          if (found !== expected)
            expect([expression, linkType, found]).toEqual([expression, linkType, expected])
        }
      }),
      { numRuns: 40 },
    )
  })

  it('reads nothing but the packet', () => {
    fc.assert(
      fc.property(arbitraryPacket, fc.nat(50), fc.nat(20), (packet, before, missing) => {
        const capturedLength = Math.max(0, packet.length - missing)
        const guarded = new Proxy(packet, {
          get(target, property) {
            const at = Number(property) - before
            if (!(at >= 0 && at < capturedLength)) throw new Error(`reads ${String(property)}`)
            return target[at]
          },
        })
        for (const { test } of compiled) test(guarded, before, capturedLength, packet.length)
      }),
      { numRuns: 25 },
    )
  })
})

describe('predicateOf()', () => {
  it('has nothing but numbers, operators and its own names in its text', () => {
    const text = predicateOf(filterOf('tcp port 80 and ip[0] * 3 % 7 > 2').program(1)).toString()
    expect(
      text.replace(
        /\b(?:function|anonymous|let|if|else|return|true|false|break|use|strict|Math|imul|[abpnwxit]|[ms]\d+|-?\d+)\b/g,
        '',
      ),
    ).toMatch(/^[\s(){}[\],;:=<>!&|+*/%.'-]*$/)
  })

  it('makes no function of a program that is too large to be optimized, which answers the same', () => {
    const tests = 2_100
    const rows = Array.from({ length: tests }, (_, at): [number, number, number, number] =>
      at % 2 === 0 ? [LDB, at % 64, at + 1, at + 1] : [JEQ, 255 - (at % 7), 2 * tests + 1, at + 1],
    )
    const chain = Array.from({ length: 2 }, () => rows).flatMap((list, turn) =>
      list.map(([code, k, next, otherwise]): [number, number, number, number] => [
        code,
        k,
        code === JEQ ? next : next + turn * tests,
        otherwise + turn * tests,
      ]),
    )
    const code = program(...chain, [RET, 0], [RET, 1])
    const test = predicateOf(code)
    expect(test.toString()).toBe(machineOf(code).toString())
    const packet = new Uint8Array(64)
    expect(test(packet, 0, 64, 64)).toBe(false)
    packet[62] = 254
    expect(test(packet, 0, 64, 64)).toBe(runMachine(code, packet, 64))
  })
})

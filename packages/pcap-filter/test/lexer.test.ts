import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterSyntaxError } from '../src/filter-syntax-error.js'
import { tokensOf } from '../src/lexer.js'
import { arbitraryWords } from './support/arbitrary-expression.js'

/** Kinds and texts of the tokens before the end. */
function kinds(text: string): string[] {
  return tokensOf(text)
    .slice(0, -1)
    .map(({ kind, text }) => (kind === text ? kind : `${kind} ${text}`))
}

describe('tokensOf()', () => {
  it.each([
    ['tcp port 80', ['tcp', 'port', 'number 80']],
    [
      'ether wlan fddi tr ppp slip',
      ['link ether', 'link wlan', 'link fddi', 'link tr', 'link ppp', 'link slip'],
    ],
    ['a&&b||!c', ['name a', 'and &&', 'name b', 'or ||', '!', 'name c']],
    ['not', ['! not']],
    ['>=<=!===<<>>', ['>=', '<=', '!=', '= ==', '<<', '>>']],
    ['a==b', ['name a', '= ==', 'name b']],
    ['1.2.3.4', ['ipv4 1.2.3.4']],
    ['10.1', ['ipv4 10.1']],
    ['1.2.3.4.5', ['name 1.2.3.4.5']],
    ['1.2.', ['name 1.2.']],
    ['www.example.com', ['name www.example.com']],
    ['1000-2000', ['name 1000-2000']],
    ['ftp-data-', ['name ftp-data', '-']],
    ['80tcp', ['name 80tcp']],
    ['00:11:22:33:44:55', ['mac 00:11:22:33:44:55']],
    ['0-1-2-3-4-5', ['mac 0-1-2-3-4-5']],
    ['0011.2233.4455', ['mac 0011.2233.4455']],
    ['aabbccddeeff', ['mac aabbccddeeff']],
    ['123456789012', ['mac 123456789012']],
    ['::1', ['ipv6 ::1']],
    ['2001:db8::/32', ['ipv6 2001:db8::', '/', 'number 32']],
    ['1:2:3:4:5:6:7:8', ['ipv6 1:2:3:4:5:6:7:8']],
    ['::ffff:1.2.3.4', ['ipv6 ::ffff:1.2.3.4']],
    ['ether[0:4]', ['link ether', '[', 'number 0', ':', 'number 4', ']']],
    ['$ab', ['arcnet $ab']],
    ['\\tcp', ['name tcp']],
    ['\\host)', ['name host', ')']],
    ['TCP', ['name TCP']],
    ['tcp-syn tcp-sync', ['number tcp-syn', 'name tcp-sync']],
    ['es-is is-is', ['esis es-is', 'isis is-is']],
    [' \t\r\n', []],
  ])('splits %j', (text, expected) => {
    expect(kinds(text)).toEqual(expected)
  })

  it.each([
    ['0', 0],
    ['80', 80],
    ['0x1F', 31],
    ['0XfF', 255],
    ['017', 15],
    ['4294967295', 0xffff_ffff],
    ['0xffffffff', 0xffff_ffff],
    ['00037777777777', 0xffff_ffff],
    ['icmp-echo', 8],
    ['tcp-cwr', 0x80],
  ])('gives "%s" the value %d', (text, value) => {
    expect(tokensOf(text)[0]).toMatchObject({ kind: 'number', value })
  })

  it.each([
    ['tcp @', 5, 'unexpected character "@"'],
    ['tcp 😀', 5, 'unexpected character "😀"'],
    ['tcp {', 5, 'unexpected character "{"'],
    ['08', 1, '"08" begins with 0'],
    ['4294967296', 1, '"4294967296" does not fit into 32 bits'],
    ['0x100000000', 1, 'does not fit into 32 bits'],
    ['host 1:2:3', 6, '"1:2:" is not an Ethernet address'],
    ['host ::999.1.1.1', 6, '"::999.1.1.1" is not an IPv6 address'],
    ['\\', 1, 'unexpected character'],
  ])('refuses %j at column %d', (text, column, reason) => {
    expect(() => tokensOf(text)).toThrow(
      expect.objectContaining({
        name: 'FilterSyntaxError',
        column,
        message: expect.stringContaining(reason),
      }),
    )
  })

  it('counts columns from 1 and ends one past the text', () => {
    expect(tokensOf(' tcp  80').map(({ column }) => column)).toEqual([2, 7, 9])
  })

  it('gives the tokens of any text in order, or the syntax error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), arbitraryWords), (text) => {
        try {
          let end = 1
          for (const { column, length } of tokensOf(text)) {
            expect(column).toBeGreaterThanOrEqual(end)
            end = column + length
          }
          expect(end).toBe(text.length + 1)
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError)
        }
      }),
    )
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable } from '../../src/cli/printable.js'

// [name, text, shown]
const cases: [string, string, string][] = [
  ['leaves letters of any script', 'Grüße 漢字 🙂.pcap', 'Grüße 漢字 🙂.pcap'],
  ['escapes the escape character', '\x1b[2Jx', '\\x1b[2Jx'],
  ['escapes line breaks', 'a\r\nb', 'a\\x0d\\x0ab'],
  ['escapes DEL and C1 controls', '\x7f\x9b', '\\x7f\\x9b'],
  ['escapes a change of writing direction', 'a\u202eb', 'a\\u202eb'],
  ['escapes line separators', 'a\u2028b', 'a\\u2028b'],
  ['escapes invisible characters outside the basic plane', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['escapes a lone surrogate', 'a\ud800b', 'a\\ud800b'],
]
it.each(cases)('printable() %s', (_name, text, shown) => {
  expect(printable(text)).toBe(shown)
})

it('printable() never lets a control character through and changes nothing a second time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = printable(text)
      expect(shown).not.toMatch(/\p{Cc}/u)
      expect(printable(shown)).toBe(shown)
    }),
  )
})

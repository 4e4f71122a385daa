import fc from 'fast-check'
import { expect, it } from 'vitest'
import { safeJson } from '../src/safe-json.js'

// [name, value, JSON]
const cases: [string, unknown, string][] = [
  ['leaves letters of any script', 'Grüße 漢字 🙂', '"Grüße 漢字 🙂"'],
  ['escapes C0 controls as JSON does', 'a\x1b\n', '"a\\u001b\\n"'],
  ['escapes DEL and C1 controls', '\x7f\x9b', '"\\u007f\\u009b"'],
  ['escapes a change of writing direction, in names too', { '\u202e': 1 }, '{"\\u202e":1}'],
  ['escapes line separators', '\u2028', '"\\u2028"'],
  ['escapes invisible characters outside the basic plane', '\u{e0041}', '"\\udb40\\udc41"'],
]
it.each(cases)('safeJson() %s', (_name, value, json) => {
  expect(safeJson(value)).toBe(json)
})

it('safeJson() means the same as JSON, and has no control but its line feeds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const json = safeJson({ value, text }, 2)
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })))
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    }),
  )
})

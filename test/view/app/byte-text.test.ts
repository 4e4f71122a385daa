import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapedText, hexDump, visibleText } from '../../../src/view/app/byte-text.js'

it.each([
  ['text as it is', 'Grüße, 世界\n\t!', 'Grüße, 世界\n\t!'],
  ['line ends of either kind as one', 'a\r\nb\nc', 'a\nb\nc'],
  ['controls as their pictures', 'a\u0000b\u001b[2J\r\u007f', 'a␀b␛[2J␍␡'],
  ['what turns the direction by its number', 'a\u202eb\u2066c\u200f', 'a\\u{202e}b\\u{2066}c\\u{200f}'],
  ['what cannot be seen by its number', 'a\u0085b\u2028c\ud800', 'a\\u{85}b\\u{2028}c\\u{d800}'],
])('shows %s', (_name, text, shown) => {
  expect(visibleText(text)).toBe(shown)
})

it('leaves nothing invisible, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visibleText(text)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|[^\P{Cc}\n\t]/u)
    }),
  )
})

it('shows bytes raw as the console does', () => {
  expect(escapedText(Buffer.from('a\tb\r\n\xff<', 'latin1'))).toBe('a\tb\\x0d\n\\xff<')
})

it('shows bytes in hexadecimal with their offsets', () => {
  expect(hexDump(Buffer.from('0123456789abcdefg\x00'), 0x1000)).toBe(
    '00001000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66   0123456789abcdef\n' +
      `00001010  67 00 ${' '.repeat(44)} g.`,
  )
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathOfBytes, shownPath, systemPath } from '../src/system-path.js'

const bytesOf = (path: string) => Buffer.from(systemPath(path))

describe('pathOfBytes()', () => {
  // [what it is, bytes in Latin-1, path, as shown]
  const cases: [string, string, string, string][] = [
    ['ASCII', 'a/b.pcap', 'a/b.pcap', 'a/b.pcap'],
    ['UTF-8', '\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa9', 'é€💩', 'é€💩'],
    ['U+FFFD itself', '\xef\xbf\xbd', '\ufffd', '\ufffd'],
    ['Latin-1', 'caf\xe9.pcap', 'caf\udce9.pcap', 'caf\\xe9.pcap'],
    ['Latin-1 at the end', 'caf\xe9', 'caf\udce9', 'caf\\xe9'],
    ['both', '\xc3\xa9\xe9\xc3\xa9', 'é\udce9é', 'é\\xe9é'],
    ['a character that is cut', 'a\xe2\x82', 'a\udce2\udc82', 'a\\xe2\\x82'],
    ['an overlong form', '\xc0\xaf', '\udcc0\udcaf', '\\xc0\\xaf'],
    ['a surrogate', '\xed\xb3\xa9', '\udced\udcb3\udca9', '\\xed\\xb3\\xa9'],
    ['what looks like a byte', 'caf\\xe9', 'caf\udc5cxe9', 'caf\\x5cxe9'],
    ['what looks like a backslash', '\\x5Cxe9', '\udc5cx5Cxe9', '\\x5cx5Cxe9'],
    ['both of them', '\\xe9\xe9', '\udc5cxe9\udce9', '\\x5cxe9\\xe9'],
    ['other backslashes', '\\a\\xg9\\', '\\a\\xg9\\', '\\a\\xg9\\'],
    ['beyond Unicode', '\xf5\x80\x80\x80', '\udcf5\udc80\udc80\udc80', '\\xf5\\x80\\x80\\x80'],
  ]
  it.each(cases)('reads %s', (_what, latin1, path, shown) => {
    const bytes = Buffer.from(latin1, 'latin1')
    expect(pathOfBytes(bytes)).toBe(path)
    expect(bytesOf(path)).toEqual(bytes)
    expect(shownPath(path)).toBe(shown)
  })

  it('keeps any bytes, alone and behind others', () => {
    const bytes = fc.uint8Array({ maxLength: 40 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(bytesOf(pathOfBytes(a))).toEqual(Buffer.from(a))
        const joined = `${pathOfBytes(a)}/${pathOfBytes(b)}`
        expect(bytesOf(joined)).toEqual(Buffer.concat([a, Buffer.from('/'), b]))
        expect(pathOfBytes(bytesOf(joined))).toBe(joined)
      }),
    )
  })

  it('is shown so that the bytes can be told again', () => {
    const parts = fc.constantFrom('\\', 'x', 'e9', '5c', 'C3', '\xe9', '\xc3\xa9', 'a', '/')
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 20 }), (names) => {
        const bytes = Buffer.from(names.join(''), 'latin1')
        const shown = Buffer.from(shownPath(pathOfBytes(bytes))).toString('latin1')
        const told = shown.replace(/\\x([0-9a-f]{2})/gi, (_, code) =>
          String.fromCharCode(Number.parseInt(code, 16)),
        )
        expect(told).toBe(bytes.toString('latin1'))
      }),
    )
  })

  it('leaves text alone, whatever pairs of surrogates are in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(systemPath(text)).toBe(text)
        expect(shownPath(text)).toBe(text)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { matcherOf, type Pattern } from '../../src/search/pattern.js'

const pattern = (kind: Pattern['kind'], text: string, isAnyCase = false): Pattern => ({
  kind,
  text,
  isAnyCase,
})

/** All matches in bytes, as texts of Latin-1. */
async function matchesIn(wanted: Pattern, bytes: Buffer): Promise<string[]> {
  const matcher = await matcherOf(wanted)
  matcher.load(bytes)
  const found: string[] = []
  for (let match = matcher.next(0); match !== null; match = matcher.next(match.to))
    found.push(`${match.from} ${bytes.toString('latin1', match.from, match.to)}`)
  return found
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('a pattern', () => {
  it.each<[string, Pattern, Buffer, string[]]>([
    ['text', pattern('text', 'ab'), latin1('xabyab'), ['1 ab', '4 ab']],
    ['text in its own case only', pattern('text', 'ab'), latin1('AB aB'), []],
    ['text in any case', pattern('text', 'aB', true), latin1('AB ab'), ['0 AB', '3 ab']],
    ['letters of ASCII alone in any case', pattern('text', 'ä', true), Buffer.from('Ää'), ['2 \xc3\xa4']],
    ['text that overlaps once', pattern('text', 'aa'), latin1('aaaaa'), ['0 aa', '2 aa']],
    ['text as UTF-8', pattern('text', 'é'), Buffer.from('é'), ['0 \xc3\xa9']],
    ['text as UTF-16LE', pattern('text', 'hi'), Buffer.from('-hi hi', 'utf16le'), ['2 h\0i\0', '8 h\0i\0']],
    ['both forms in their order', pattern('text', 'hi'), latin1('h\0i\0hi'), ['0 h\0i\0', '4 hi']],
    ['a character once', pattern('text', 'a'), latin1('a\0'), ['0 a']],
    ['bytes', pattern('hex', '00 fF:10'), latin1('\0\xff\x10\0\xff'), ['0 \0\xff\x10']],
    ['bytes of letters in any case', pattern('hex', '41', true), latin1('aA'), ['0 a', '1 A']],
    ['an expression', pattern('regex', 'a+b'), latin1('aab ab b'), ['0 aab', '4 ab']],
    ['an expression in any case', pattern('regex', 'a+b', true), latin1('aAB'), ['0 aAB']],
    ['bytes in an expression', pattern('regex', '\\xff[^\\x00]'), latin1('\xff\0\xff\xfe'), ['2 \xff\xfe']],
    ['any byte but the end of a line', pattern('regex', 'x.'), latin1('x\n x\xff'), ['3 x\xff']],
    ['the beginning of lines', pattern('regex', '(?m)^b'), latin1('b\nbb'), ['0 b', '2 b']],
    ['what follows where it fits nothing', pattern('regex', '\\b|b+'), latin1('a bb'), ['3 b']],
  ])('finds %s', async (_what, wanted, bytes, expected) => {
    expect(await matchesIn(wanted, bytes)).toEqual(expected)
  })

  it.each<[Pattern, string]>([
    [pattern('text', ''), 'Cannot search for "": it must have at least one byte'],
    [
      pattern('text', 'x'.repeat(1001)),
      `Cannot search for "${'x'.repeat(40)}...": it must have at most 1000 characters: found 1001`,
    ],
    [pattern('hex', ' :'), 'Cannot search for " :": it must have at least one byte'],
    [pattern('hex', '4g'), 'Cannot search for "4g": at column 2: "g" is no hexadecimal digit'],
    [pattern('hex', '41 4'), 'Cannot search for "41 4": at column 4: the last byte has one digit'],
    [pattern('regex', 'ab(c'), 'Cannot search for "ab(c": at column 5: missing closing )'],
    [pattern('regex', 'ab)c'), 'Cannot search for "ab)c": at column 3: unexpected )'],
    [
      pattern('regex', 'a[z-b]'),
      'Cannot search for "a[z-b]": at column 3: invalid character class range "z-b"',
    ],
    [
      pattern('regex', 'ab**'),
      'Cannot search for "ab**": at column 3: invalid nested repetition operator "**"',
    ],
    [
      pattern('regex', '\\\\\\8'),
      'Cannot search for "\\\\\\\\\\\\8": at column 3: invalid escape sequence "\\\\8"',
    ],
    [
      pattern('regex', '(a)\\1'),
      'Cannot search for "(a)\\\\1": at column 4: invalid escape sequence "\\\\1"',
    ],
    [
      pattern('regex', 'x(?=y)'),
      'Cannot search for "x(?=y)": at column 2: invalid or unsupported Perl syntax "(?="',
    ],
    [pattern('regex', 'aé'), 'Cannot search for "aé": at column 2: "é" must be written as bytes: \\xC3\\xA9'],
    [pattern('regex', 'a*'), 'Cannot search for "a*": it fits an empty text: it must need at least one byte'],
  ])('is refused: %j', async (wanted, message) => {
    await expect(matcherOf(wanted)).rejects.toThrow(new ConfigError(message))
  })

  it('takes time that grows with the bytes alone', async () => {
    const wanted = pattern('regex', '(a+)+$b|(a|a)*c|(.*){1,20}d')
    expect(await matchesIn(wanted, Buffer.alloc(20_000, 'a'))).toEqual([])
  }, 20_000)
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  countedText,
  durationText,
  endpointText,
  fileAddress,
  timeText,
  visible,
} from '../../../src/report/app/format.js'

it.each([
  [countedText(0, 'connection'), '0 connections'],
  [countedText(1, 'connection'), '1 connection'],
  [countedText(1234, 'connection'), '1,234 connections'],
  [durationText(0), '0 s'],
  [durationText(0.000_012), '12 µs'],
  [durationText(0.0034), '3.40 ms'],
  [durationText(5), '5.00 s'],
  [durationText(125), '2 min 5 s'],
  [durationText(3780), '1 h 3 min'],
  [durationText(353_000), '4 d 2 h'],
  [timeText(1_709_632_800.25), '2024-03-05 10:00:00'],
  [timeText(1_709_632_800.25, 6), '2024-03-05 10:00:00.250000'],
  [timeText(-0.5, 3), '1969-12-31 23:59:59.500'],
  [timeText(9e15), '9000000000000000 s'],
  [endpointText('192.0.2.1', 80), '192.0.2.1:80'],
  [endpointText('2001:db8::1', 80), '[2001:db8::1]:80'],
  [fileAddress('./out/', 'a b/c#d?.txt'), './out/a%20b/c%23d%3F.txt'],
  [fileAddress('./', 'javascript:alert(1)'), './javascript%3Aalert(1)'],
  [fileAddress('./out/', 'tcp/a..b.txt'), './out/tcp/a..b.txt'],
])('%s is written so', (text, expected) => {
  expect(text).toBe(expected)
})

it.each([
  ['with a character that is none', '\ud800'],
  ['that is empty', ''],
  ['that leads up', '../../../../etc/passwd'],
  ['that leads up in its middle', 'a/../../b'],
  ['with a part for the folder itself', 'a/./b'],
  ['from the root', '/etc/passwd'],
  ['with an empty part', 'a//b'],
  ['that ends in a slash', 'a/'],
  ['with a backslash', '..\\..\\secret'],
  ['with a drive letter', 'C:/secret'],
])('a path %s gets no address', (_name, path) => {
  expect(fileAddress('./', path)).toBeNull()
})

it('what is visible is on one line, short, and has no hidden characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      expect(visible(text).length).toBeLessThanOrEqual(200 * 10 + 1)
    }),
  )
})

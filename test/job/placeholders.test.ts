import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { namedPattern } from '../../src/job/placeholders.js'

describe('namedPattern()', () => {
  // [pattern, glob, path, values]
  it.each([
    ['a/{sensor}/{day}/*.pcap*', 'a/*/*/*.pcap*', 'a/s-1/mon/x.pcap.gz', { sensor: 's-1', day: 'mon' }],
    ['./a/{s}/*', './a/*/*', 'a/x/y', { s: 'x' }],
    ['/a.b/{s}_{n}.pcap', '/a.b/*_*.pcap', '/a.b/eth0_7.pcap', { s: 'eth0', n: '7' }],
    ['/a.b/{s}.pcap', '/a.b/*.pcap', '/aXb/eth0.pcap', {}],
    ['**/{s}/?.pcap', '**/*/?.pcap', 'x/y/z/1.pcap', { s: 'z' }],
    ['**/{s}/?.pcap', '**/*/?.pcap', 'z/1.pcap', { s: 'z' }],
    ['{s}', '*', 'a b$^', { s: 'a b$^' }],
    ['{s}', '*', 'a/b', {}],
    ['a-b$/{s}', 'a-b$/*', 'a-b$/ä\udcff', { s: 'ä\udcff' }],
  ])('of %s finds with %s', (text, glob, path, values) => {
    const pattern = namedPattern(text)!
    expect(pattern.glob).toBe(glob)
    expect(Object.fromEntries(pattern.valuesOf(path))).toEqual(values)
  })

  it.each(['a/*.pcap', 'a', '{a,b}/x', '{}', '{1}'])('has no names in %s', (text) => {
    expect(namedPattern(text)).toBeNull()
  })

  it.each(['{a}/[xy]', '{a}/{x,y}', '{a}/(x|y)', '{a}/!x', '{a}/{a}'])('refuses %s', (text) => {
    expect(() => namedPattern(text)).toThrow(ConfigError)
  })
})

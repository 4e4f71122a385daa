import { describe, expect, it } from 'vitest'
import { CommentLog, MAX_TEXT_BYTES, textAt } from '../../src/capture/capture-description.js'

const viewOf = (text: string) => new DataView(new Uint8Array(Buffer.from(text)).buffer)

describe('CommentLog', () => {
  it('counts all comments and keeps the first ten', () => {
    const log = new CommentLog()
    const view = viewOf('abcdefghijklmnop')
    for (let at = 0; at < 16; at++) log.add(view, at, at + 1)
    expect(log.total).toBe(16)
    expect(log.first.join('')).toBe('abcdefghij')
  })
})

describe('textAt()', () => {
  it.each([
    ['a text', 'eth0', 'eth0'],
    ['a text with zeros behind it', 'eth0\0\0', 'eth0'],
    ['a text that is too long', 'x'.repeat(5_000), 'x'.repeat(MAX_TEXT_BYTES)],
  ])('reads %s', (_name, stored, text) => {
    const view = viewOf(stored)
    expect(textAt(view, 0, view.byteLength)).toBe(text)
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { InputError } from '../../src/errors.js'
import { parseRecord } from '../../src/report/connection-record.js'
import { connectionRecord, indexFields } from './records.js'

function parsed(text: string) {
  const line = Buffer.from(`--${text}--`)
  return parseRecord(line, 2, line.length - 2, 'i.jsonl', 77)
}

it('reads the fields of a record', () => {
  expect(parsed(JSON.stringify(indexFields()))).toEqual(connectionRecord())
})

it('takes a connection whose packets go back in time as one of no duration', () => {
  expect(parsed(JSON.stringify(indexFields({ duration: -3 }))).duration).toBe(0)
})

it.each<[string, string, string]>([
  ['text that is no JSON', '{"ts":', 'line must be a JSON object'],
  ['a list', '[]', 'line must be a JSON object'],
  ['a record without a time', JSON.stringify(indexFields({ ts: undefined })), 'field "ts" must be a number'],
  [
    'a number as text',
    JSON.stringify(indexFields({ orig_bytes: '1' })),
    'field "orig_bytes" must be a number',
  ],
  ['a number beyond all', '{"ts":1e999}', 'field "ts" must be a number'],
  [
    'an address that is a number',
    JSON.stringify(indexFields({ 'id.orig_h': 1 })),
    'field "id.orig_h" must be a string',
  ],
  [
    'tunnels that are no list',
    JSON.stringify(indexFields({ tunnel: 'x' })),
    'field "tunnel" must be a list of strings',
  ],
  [
    'a file that is a number',
    JSON.stringify(indexFields({ orig_file: 1 })),
    'field "orig_file" must be a string or null',
  ],
])('refuses %s, with the place in the file', (_name, text, problem) => {
  expect(() => parsed(text)).toThrow(
    new InputError(`Cannot read "i.jsonl" at byte 77: ${problem}`, 'i.jsonl'),
  )
})

it('throws nothing but InputErrors, whatever a line holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        parsed(text)
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    }),
  )
})

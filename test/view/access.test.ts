import fc from 'fast-check'
import { expect, it } from 'vitest'
import { admit, newToken, type RequestHead } from '../../src/view/access.js'

const TOKEN = 'abcDEF-123_token'
const request = (given: Partial<RequestHead> = {}): RequestHead => ({
  method: 'GET',
  url: `/${TOKEN}/api/connections?from=1`,
  ...given,
  headers: { host: '127.0.0.1:4000', ...given.headers },
})

it('lets the page in, with its path and query', () => {
  const asked = admit(request(), TOKEN, 4000)
  expect(asked).toMatchObject({ path: 'api/connections' })
  expect(typeof asked === 'number' ? null : asked.query.get('from')).toBe('1')
})

it.each<[string, Partial<RequestHead>, number]>([
  ['without the token', { url: '/' }, 403],
  ['with another token', { url: '/abcDEF-123_tokem/' }, 403],
  ['with the begin of the token', { url: '/abcDEF/' }, 403],
  ['with the token in the query', { url: `/?token=${TOKEN}` }, 403],
  ['with nothing behind the token', { url: `/${TOKEN}` }, 404],
  ['for another host (DNS rebinding)', { headers: { host: 'evil.example:4000' } }, 403],
  ['for another port', { headers: { host: '127.0.0.1:4001' } }, 403],
  ['without a host', { headers: { host: undefined } }, 403],
  ['from a page elsewhere', { headers: { origin: 'http://evil.example' } }, 403],
  ['from a page of another port', { headers: { origin: 'http://127.0.0.1:5000' } }, 403],
  ['from a page that hides where it is', { headers: { origin: 'null' } }, 403],
  ['for data from a link elsewhere', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  ['that would change something', { method: 'POST' }, 405],
  ['for another method of sharing', { method: 'OPTIONS' }, 405],
])('turns away a request %s', (_name, given, status) => {
  expect(admit(request(given), TOKEN, 4000)).toBe(status)
})

it.each<[string, Partial<RequestHead>]>([
  ['by the name of this machine', { headers: { host: 'localhost:4000' } }],
  ['of its own page', { headers: { origin: 'http://127.0.0.1:4000', 'sec-fetch-site': 'same-origin' } }],
  ['that opens the page from a link', { url: `/${TOKEN}/`, headers: { 'sec-fetch-site': 'cross-site' } }],
  ['for the head alone', { method: 'HEAD' }],
])('lets in a request %s', (_name, given) => {
  expect(admit(request(given), TOKEN, 4000)).toMatchObject({ path: expect.any(String) })
})

it('never throws, and never lets in an address without the token', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (url) => {
      fc.pre(!url.startsWith(`/${TOKEN}/`))
      expect(admit(request({ url }), TOKEN, 4000)).toBeTypeOf('number')
    }),
  )
})

it('makes a secret of 24 random bytes each time', () => {
  const tokens = new Set(Array.from({ length: 100 }, newToken))
  expect(tokens.size).toBe(100)
  for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/)
})

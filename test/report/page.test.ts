import fc from 'fast-check'
import { expect, it } from 'vitest'
import { IndexTotals } from '../../src/report/index-totals.js'
import { appFile, escapedHtml, reportPage, scriptJson } from '../../src/report/page.js'
import { connectionRecord } from './records.js'

const HOSTILE = '</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\u2028\u202e\ud800'

function pageOf(text: string): string {
  const totals = new IndexTotals()
  totals.add(
    connectionRecord({ origHost: text, proto: text, state: text, uid: text, tunnel: [text], origFile: text }),
  )
  return reportPage(text, {
    version: '1',
    source: text,
    filesAddress: './',
    ...totals.result(),
    health: null,
  })
}

it('puts texts of captures into the page as JSON that HTML cannot see', () => {
  const page = pageOf(HOSTILE)
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).not.toContain('<img')
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? []
  expect(JSON.parse(json!).rows[0].origHost).toBe(HOSTILE)
})

it('shows what turns the writing direction in its title', () => {
  expect(pageOf('a\u202eb & c')).toContain('<title>a\\u{202e}b &amp; c</title>')
})

it('lets nothing run but its own script and style', () => {
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(pageOf('x')) ?? []
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/,
  )
})

it('is built of a script and a style that stay within their elements', () => {
  expect(appFile('report.js')).not.toMatch(/<\/?script|<!--/i)
  expect(appFile('report.css')).not.toMatch(/<\/style|@import|url\(/i)
})

it('JSON and text for HTML have no character that ends or begins markup, and mean the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(scriptJson(text)).not.toMatch(/[<>&\u2028\u2029]/)
      expect(JSON.parse(scriptJson(text))).toBe(text)
      expect(escapedHtml(text)).not.toMatch(/[<>"']/)
    }),
  )
})

import type { Page } from 'playwright-core'

/**
 * What a reader cannot see whole without scrolling sideways: elements that are wider than the page, and text that an
 * element around it cuts. Scrolling down is fine.
 */
const FIND = `(() => {
  const found = []
  const nameOf = (element) => {
    const name = element.tagName.toLowerCase() + (element.className ? '.' + String(element.className).replace(/ /g, '.') : '')
    return name + ' "' + element.textContent.slice(0, 60) + '"'
  }
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth > width) found.push('page ' + document.documentElement.scrollWidth + ' wide')
  const isHidden = (element) => element.closest('.sr-only') !== null || element.getClientRects().length === 0
  const cuts = (element, rect, tolerance) => {
    let isScrolled = false
    for (let around = element; around !== null; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around)
      if (around === document.documentElement || around === document.body) continue
      const box = around.getBoundingClientRect()
      if (overflowX !== 'visible' && (rect.right > box.right + tolerance || rect.left < box.left - tolerance)) return around
      if (!isScrolled && overflowY === 'hidden' && (rect.bottom > box.bottom + tolerance || rect.top < box.top - tolerance)) return around
      isScrolled ||= overflowY === 'auto' || overflowY === 'scroll'
    }
    return null
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (isHidden(element)) continue
    const box = element.getBoundingClientRect()
    if (box.right > width + 0.5 || box.left < -0.5) found.push('wider than the page: ' + nameOf(element))
    if (element.matches('input') && element.scrollWidth > element.clientWidth + 1) found.push('cut: ' + nameOf(element))
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const element = text.parentElement
    if (text.data.trim() === '' || element === null || isHidden(element)) continue
    const range = document.createRange()
    range.selectNodeContents(text)
    for (const rect of range.getClientRects()) {
      const cutBy = cuts(element, rect, 1)
      if (cutBy !== null) {
        found.push('cut by ' + cutBy.tagName.toLowerCase() + '.' + cutBy.className + ': ' + nameOf(element))
        break
      }
    }
  }
  // One of each kind says enough.
  return [...new Map(found.map((text) => [text.replace(/".*/s, ''), text])).values()]
})()`

/** Names of what is wider than the page or cut. */
export function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(FIND)
}

/** A phone, a tablet, a small screen. */
export const WIDTHS: readonly number[] = [390, 768, 1280]

/** Connections with the longest texts that there can be: addresses without zeros to leave out, figures that fill their columns. */
export function wideRecords(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => ({
    ts: 1_709_632_800 + i * 1000,
    duration: [86_400 * 4999, 3_599.9, 0.000_123, 59.99][i % 4],
    uid: `C${i}`,
    'id.orig_h': `2001:db88:aaaa:bbbb:cccc:dddd:eeee:${(0x1000 + i).toString(16)}`,
    'id.resp_h': `2001:db88:ffff:eeee:dddd:cccc:bbbb:${(0x1000 + i).toString(16)}`,
    'id.orig_p': 65_535 - i,
    'id.resp_p': 50_000 + i,
    proto: ['tcp', 'udplite', 'ipv6-icmp'][i % 3],
    orig_pkts: 1_234_567_890,
    resp_pkts: 2_234_567_890,
    orig_bytes: 1023.4 * 2 ** 40,
    resp_bytes: 1023.4 * 2 ** 40 - i,
    missed_bytes: 1023.4 * 2 ** 30,
    orig_retrans_bytes: 1023.4 * 2 ** 30,
    overlap_conflicts: 1023.4 * 2 ** 20,
    orig_captured_bytes: 1023.4 * 2 ** 40,
    resp_captured_bytes: 1023.4 * 2 ** 40,
    orig_outside_bytes: 1023.4 * 2 ** 30,
    orig_dup_pkts: 1_234_567_890,
    conn_state: ['RSTOS0', 'SHR', 'OTH'][i % 3],
    close_reason: ['open_connections', 'interrupted', 'timeout'][i % 3],
    tunnel: [['vlan:100', 'gre', 'vxlan:16777215']][0],
    orig_file: `a ${i}.txt`,
    resp_file: `b ${i}.txt`,
  }))
}

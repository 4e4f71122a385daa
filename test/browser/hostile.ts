/** Texts that harm a page which believes them. Running one sets `window.harmed`. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.harmed=1</script>',
  '</script><script>window.harmed=1</script>',
  '<img src=x onerror="window.harmed=1">',
  '"><svg onload=window.harmed=1>',
  "'-window.harmed=1-'",
  'javascript:window.harmed=1',
  '\u202egnp.exe\u2066\u200f\u0000\u001b[2J',
  '{{constructor.constructor("window.harmed=1")()}}',
  '__proto__',
  'x'.repeat(1_000_000),
  '\ud800',
]

/** Records of an index that have such a text wherever there can be one. */
export function hostileRecords(): Record<string, unknown>[] {
  return HOSTILE_TEXTS.map((text, i) => ({
    ts: 1_709_632_800 + i,
    uid: text,
    'id.orig_h': text,
    'id.resp_h': text,
    proto: text,
    conn_state: text,
    history: text,
    close_reason: text,
    community_id: text,
    tunnel: [text],
    orig_file: text,
    resp_file: `${text}/b`,
  }))
}

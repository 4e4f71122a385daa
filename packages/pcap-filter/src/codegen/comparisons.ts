import type { Comparison } from '../syntax-tree.js'
import * as bpf from './bpf.js'
import type { Test } from './loads.js'

const TESTS: Readonly<Record<Comparison, Test>> = {
  '>': { jump: bpf.JGT },
  '>=': { jump: bpf.JGE },
  '=': { jump: bpf.JEQ },
  '<=': { jump: bpf.JGT, isReversed: true },
  '<': { jump: bpf.JGE, isReversed: true },
  // libpcap treats `!=` as `=` when it compares fields of ATM and SS7.
  '!=': { jump: bpf.JEQ, isReversed: true },
}

/** The comparison of an ATM or SS7 field. `!=` is treated as `=`. */
export function testOf(comparison: Comparison): Test {
  return TESTS[comparison]
}

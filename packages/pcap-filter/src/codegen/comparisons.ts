import type { Comparison } from '../syntax-tree.js'
import * as bpf from './bpf.js'
import type { Test } from './loads.js'

const TESTS: Readonly<Record<Comparison, Test>> = {
  '>': { jump: bpf.JGT },
  '>=': { jump: bpf.JGE },
  '=': { jump: bpf.JEQ },
  '<=': { jump: bpf.JGT, isReversed: true },
  '<': { jump: bpf.JGE, isReversed: true },
  // libpcap takes "is not" for "is" where it compares fields of ATM and SS7.
  '!=': { jump: bpf.JEQ, isReversed: true },
}

/** How a field of ATM or SS7 is compared; `!=` is taken for `=`. */
export function testOf(comparison: Comparison): Test {
  return TESTS[comparison]
}

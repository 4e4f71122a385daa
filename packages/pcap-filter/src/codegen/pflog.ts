import type { PflogNumber } from '../syntax-tree.js'
import type { Block } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { equal, equalBytes } from './loads.js'

const NAME_BYTES = 16
const NAMES_AT = { ifname: 4, ruleset: 20 } as const
const NUMBERS_AT: Readonly<Record<PflogNumber, { readonly offset: number; readonly size: bpf.Size }>> = {
  action: { offset: 2, size: bpf.B },
  reason: { offset: 3, size: bpf.B },
  rulenum: { offset: 36, size: bpf.W },
  subrulenum: { offset: 40, size: bpf.W },
}

/**
 * Matches packets logged with a name that begins with `name`.
 *
 * @throws FilterSyntaxError on other link types, and for a name that is too long.
 */
export function pflogNameTest(cx: CodeContext, field: 'ifname' | 'ruleset', name: string): Block {
  refuseOthers(cx, field)
  const bytes = new TextEncoder().encode(name)
  if (bytes.length >= NAME_BYTES)
    throw cx.refuse(`a name after "${field}" has at most ${NAME_BYTES - 1} bytes`)
  return equalBytes(cx, 'linkHeader', NAMES_AT[field], bytes)
}

/** Matches packets logged with this number. @throws FilterSyntaxError on other link types. */
export function pflogNumberTest(cx: CodeContext, field: PflogNumber, value: number): Block {
  refuseOthers(cx, field)
  const { offset, size } = NUMBERS_AT[field]
  return equal(cx, 'linkHeader', offset, size, value)
}

function refuseOthers(cx: CodeContext, field: string): void {
  if (cx.linkType !== dlt.PFLOG) throw cx.refuseHere(`"${field}" is only valid in packet filter logs`)
}

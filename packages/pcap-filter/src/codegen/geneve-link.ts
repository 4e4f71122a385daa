import { Block, not, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'

/** Matches when an Ethernet header follows the Geneve header: then link header and payload have different offsets. */
export function geneveHasLinkHeader(cx: CodeContext): Block {
  return not(
    new Block(bpf.JMP | bpf.JEQ | bpf.X, 0, [
      new Statement(bpf.LD | bpf.MEM, cx.linkHeader.register),
      new Statement(bpf.LDX | bpf.MEM, cx.payload.register),
    ]),
  )
}

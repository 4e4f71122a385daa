import { Block, not, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'

/** An Ethernet header follows the Geneve header: link header and payload are not at the same place. */
export function geneveHasLinkHeader(cx: CodeContext): Block {
  return not(
    new Block(bpf.JMP | bpf.JEQ | bpf.X, 0, [
      new Statement(bpf.LD | bpf.MEM, cx.linkHeader.register),
      new Statement(bpf.LDX | bpf.MEM, cx.payload.register),
    ]),
  )
}

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { pcapFile } from '../../../../test/support/capture-writers.js'
import type { Instruction } from '../../src/emit/program.js'

// libpcap's own programs are the measure: `tcpdump -ddd` prints them. An equal program means the same for every packet.

const TCPDUMP = 'tcpdump'
const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-programs-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** True where tcpdump is installed, with a libpcap of the version whose rules are ours. */
export const hasReference: boolean = isReference()

function isReference(): boolean {
  try {
    return /libpcap version 1\.10\./.test(
      execFileSync(TCPDUMP, ['--version'], { encoding: 'utf8', stdio: 'pipe' }),
    )
  } catch {
    return false
  }
}

/** libpcap's program for a file of this link type; null: it refuses the expression. */
export function libpcapProgram(
  expression: string,
  linkType: number,
  isBigEndian = false,
): Instruction[] | null {
  const path = join(folder, `${linkType}-${isBigEndian}.pcap`)
  writeFileSync(path, pcapFile([], { linkType, isLittleEndian: !isBigEndian }))
  const { status, stdout } = spawnSync(TCPDUMP, ['-ddd', '-r', path, '--', expression], {
    encoding: 'utf8',
  })
  if (status !== 0) return null
  return stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line, at) => {
      const [code = 0, whenTrue = 0, whenFalse = 0, k = 0] = line.split(' ').map(Number)
      const isJump = (code & 7) === 5
      const next = code === 5 ? at + 1 + (k | 0) : at + 1 + (isJump ? whenTrue : 0)
      return { code, k, next, otherwise: isJump && code !== 5 ? at + 1 + whenFalse : next }
    })
}

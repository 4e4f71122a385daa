import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadKoffi } from '../../../../src/capture/live/load-koffi.js'
import { pcapFile } from '../../../../test/support/capture-writers.js'
import type { BpfProgram } from './bpf.js'

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'libpcap.so.0.8',
  darwin: '/usr/lib/libpcap.A.dylib',
}
/** Bytes of an instruction: code (16 bits), jt, jf (8 bits each), k (32 bits). */
const INSTRUCTION_BYTES = 8

type Pointer = bigint

/** The compiler of the libpcap that tcpdump here runs on. */
export interface Libpcap {
  readonly version: string
  /**
   * Compiles an expression as `tcpdump -r` does for a file of this link type.
   *
   * @param linkType LINKTYPE_ value
   * @param isBigEndian The file is one of a big-endian machine.
   * @returns The program, or libpcap's reason for refusing the expression.
   */
  compile(expression: string, linkType: number, isBigEndian: boolean): BpfProgram | string
}

/**
 * Loads libpcap, the system's own: compiling some ten thousand expressions takes a second so, and minutes by running
 * tcpdump for each.
 *
 * @throws Error that says what is missing here.
 */
export async function loadLibpcap(): Promise<Libpcap> {
  const koffi = await loadKoffi()
  if ('reason' in koffi)
    throw new Error(`The filter is compared with libpcap, through koffi: ${koffi.reason}`)
  const library = koffi.load(LIBRARIES[process.platform] ?? 'libpcap.so')
  const openOffline = library.func('void *pcap_open_offline(const char *path, uint8_t *error)')
  const compile = library.func(
    'int pcap_compile(void *handle, void *program, const char *text, int optimize, uint32_t mask)',
  )
  const geterr = library.func('const char *pcap_geterr(void *handle)')
  const freecode = library.func('void pcap_freecode(void *program)')
  const version = library.func('const char *pcap_lib_version()')
  const handles = new Map<string, Pointer>()

  const open = (linkType: number, isBigEndian: boolean): Pointer => {
    const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-filter-'))
    const file = join(folder, 'empty.pcap')
    const error = new Uint8Array(256)
    try {
      writeFileSync(file, pcapFile([], { linkType, isLittleEndian: !isBigEndian }))
      const handle: Pointer | null = openOffline(file, error)
      if (handle === null) throw new Error(`libpcap: ${new TextDecoder().decode(error)}`)
      return handle
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  return {
    version: version(),
    compile(expression, linkType, isBigEndian) {
      const key = `${linkType} ${isBigEndian}`
      const handle = handles.get(key) ?? open(linkType, isBigEndian)
      handles.set(key, handle)
      const program = new Uint8Array(16) // length (32 bits), padding, pointer
      if (compile(handle, program, expression, 1, 0) !== 0) return geterr(handle)
      const length = new DataView(program.buffer).getUint32(0, true)
      const instructions: Pointer = koffi.decode(program.subarray(8), 'void *')
      const bytes: Uint8Array = koffi.decode(
        instructions,
        koffi.array('uint8_t', length * INSTRUCTION_BYTES, 'Typed'),
      )
      const words = wordsOf(bytes.slice())
      freecode(program)
      return words
    },
  }
}

function wordsOf(bytes: Uint8Array): BpfProgram {
  const view = new DataView(bytes.buffer)
  const words = new Uint32Array(bytes.length / 2)
  for (let at = 0, word = 0; at < bytes.length; at += INSTRUCTION_BYTES, word += 4) {
    words[word] = view.getUint16(at, true)
    words[word + 1] = bytes[at + 2]!
    words[word + 2] = bytes[at + 3]!
    words[word + 3] = view.getUint32(at + 4, true)
  }
  return words
}

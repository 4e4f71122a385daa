import type { LibraryHandle } from 'koffi'
import { type Koffi, loadKoffi } from './load-koffi.js'

/** An address in the memory of the process. */
export type Pointer = bigint

/** Size of libpcap's error buffers (`PCAP_ERRBUF_SIZE`). */
const ERROR_BYTES = 256

/** libpcap's functions by name without `pcap_`. They return libpcap's status codes. */
export interface LibpcapFunctions {
  readonly create: (device: string, error: Uint8Array) => Pointer | null
  readonly activate: (handle: Pointer) => number
  readonly close: (handle: Pointer) => void
  readonly geterr: (handle: Pointer) => string
  readonly statustostr: (status: number) => string
  readonly set_snaplen: (handle: Pointer, bytes: number) => number
  readonly set_promisc: (handle: Pointer, on: number) => number
  readonly set_timeout: (handle: Pointer, ms: number) => number
  readonly set_buffer_size: (handle: Pointer, bytes: number) => number
  readonly set_tstamp_precision: (handle: Pointer, precision: number) => number
  readonly get_tstamp_precision: (handle: Pointer) => number
  readonly setnonblock: (handle: Pointer, on: number, error: Uint8Array) => number
  readonly datalink: (handle: Pointer) => number
  readonly lookupnet: (device: string, net: Uint8Array, mask: Uint8Array, error: Uint8Array) => number
  readonly compile: (
    handle: Pointer,
    program: Uint8Array,
    text: string,
    optimize: number,
    mask: number,
  ) => number
  readonly setfilter: (handle: Pointer, program: Uint8Array) => number
  readonly freecode: (program: Uint8Array) => void
  readonly stats: (handle: Pointer, out: Uint8Array) => number
  readonly dispatch: (handle: Pointer, count: number, callback: Pointer, user: Pointer) => number
  readonly next_ex: (handle: Pointer, header: Uint8Array, data: Uint8Array) => number
  readonly dump_fopen: (handle: Pointer, file: Pointer) => Pointer | null
  readonly dump_close: (dumper: Pointer) => void
  readonly findalldevs: (first: Uint8Array, error: Uint8Array) => number
  readonly freealldevs: (first: Pointer) => void
}

/** libpcap as loaded in this thread. */
export interface Libpcap {
  readonly functions: LibpcapFunctions
  /** Pointer to `pcap_dump`, which libpcap calls to write a packet as a record to a file. */
  readonly dump: Pointer
  readonly koffi: Koffi
}

// C prototypes for koffi. Pointers to our own memory are byte arrays.
const PROTOTYPES: Readonly<Record<keyof LibpcapFunctions, string>> = {
  create: 'void *pcap_create(const char *device, uint8_t *error)',
  activate: 'int pcap_activate(void *handle)',
  close: 'void pcap_close(void *handle)',
  geterr: 'const char *pcap_geterr(void *handle)',
  statustostr: 'const char *pcap_statustostr(int status)',
  set_snaplen: 'int pcap_set_snaplen(void *handle, int bytes)',
  set_promisc: 'int pcap_set_promisc(void *handle, int on)',
  set_timeout: 'int pcap_set_timeout(void *handle, int ms)',
  set_buffer_size: 'int pcap_set_buffer_size(void *handle, int bytes)',
  set_tstamp_precision: 'int pcap_set_tstamp_precision(void *handle, int precision)',
  get_tstamp_precision: 'int pcap_get_tstamp_precision(void *handle)',
  setnonblock: 'int pcap_setnonblock(void *handle, int on, uint8_t *error)',
  datalink: 'int pcap_datalink(void *handle)',
  lookupnet: 'int pcap_lookupnet(const char *device, void *net, void *mask, uint8_t *error)',
  compile: 'int pcap_compile(void *handle, void *program, const char *text, int optimize, uint32_t mask)',
  setfilter: 'int pcap_setfilter(void *handle, void *program)',
  freecode: 'void pcap_freecode(void *program)',
  stats: 'int pcap_stats(void *handle, void *out)',
  dispatch: 'int pcap_dispatch(void *handle, int count, void *callback, void *user)',
  next_ex: 'int pcap_next_ex(void *handle, void *header, void *data)',
  dump_fopen: 'void *pcap_dump_fopen(void *handle, void *file)',
  dump_close: 'void pcap_dump_close(void *dumper)',
  findalldevs: 'int pcap_findalldevs(void *first, uint8_t *error)',
  freealldevs: 'void pcap_freealldevs(void *first)',
}

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so'],
  darwin: ['/usr/lib/libpcap.A.dylib', 'libpcap.dylib'],
  win32: ['C:\\Windows\\System32\\Npcap\\wpcap.dll', 'wpcap.dll'],
}
const OTHER_LIBRARIES = ['libpcap.so.1', 'libpcap.so']

/**
 * Loads libpcap through koffi.
 *
 * @returns The library, or the reason for a message why it cannot be loaded.
 */
export async function loadLibpcap(platform: NodeJS.Platform): Promise<Libpcap | { readonly reason: string }> {
  const koffi = await loadKoffi()
  if ('reason' in koffi) return koffi
  const library = loadFirst(koffi, LIBRARIES[platform] ?? OTHER_LIBRARIES)
  if (library === null) return { reason: 'libpcap is not installed on this system' }
  try {
    const entries = Object.entries(PROTOTYPES).map(([name, prototype]) => [name, library.func(prototype)])
    return { functions: Object.fromEntries(entries), dump: library.symbol('pcap_dump'), koffi }
  } catch (error) {
    return { reason: `the libpcap of this system is too old (${(error as Error).message})` }
  }
}

function loadFirst(koffi: Koffi, names: readonly string[]): LibraryHandle | null {
  for (const name of names) {
    try {
      return koffi.load(name)
    } catch {
      // try the next name
    }
  }
  return null
}

/** Allocates a buffer for an error text of libpcap. */
export function errorBuffer(): Uint8Array {
  return new Uint8Array(ERROR_BYTES)
}

/** Reads the text that libpcap wrote to an error buffer. */
export function errorText(buffer: Uint8Array): string {
  const end = buffer.indexOf(0)
  return new TextDecoder().decode(buffer.subarray(0, end === -1 ? buffer.length : end))
}

import { pointerIn } from './libpcap-interfaces.js'
import type { Libpcap, LibpcapFunctions, Pointer } from './libpcap-library.js'
import type { LibpcapSession } from './libpcap-session.js'
import type { Koffi } from './load-koffi.js'
import { FILE_HEADER_BYTES, RECORD_HEADER_BYTES } from './pcap-stream.js'

/**
 * Moves packets from libpcap to memory slots as pcap records. In each slot the records follow the space for a pcap file
 * header.
 */
export interface RecordPump {
  /** Moves to the first record of slot number `slot`. */
  begin(slot: number): void
  /**
   * Takes the packets available, at most `most`, for which the slot must have room.
   *
   * @returns The number of packets taken, or a negative libpcap status.
   */
  take(most: number): number
  /** Offset in the slot of the end of the records taken. */
  position(): number
  /** Makes sure that all records taken are in the slot. */
  flush(): void
  close(): void
}

/** Makes the pump for this system. Windows has no `fmemopen`. */
export function createPump(
  library: Libpcap,
  { handle }: LibpcapSession,
  slots: readonly Uint8Array[],
  platform: NodeJS.Platform,
): RecordPump {
  if (platform === 'win32') return new CopyPump(library, handle, slots, 'ntdll.dll', 'narrow')
  return new DumpPump(library, handle, slots)
}

interface FileFunctions {
  readonly fmemopen: (bytes: Uint8Array, size: number, mode: string) => Pointer | null
  readonly fseek: (file: Pointer, offset: number, whence: number) => number
  readonly ftell: (file: Pointer) => number
  readonly fflush: (file: Pointer) => number
}

const SEEK_SET = 0

/**
 * libpcap writes the records itself with `pcap_dump`, to C files that `fmemopen` places in the slots. This needs no call
 * from JavaScript per packet.
 */
export class DumpPump implements RecordPump {
  // Invariant: #dumpers[i] and #files[i] are the same C file, which lies in slot i and begins with the pcap file header.
  readonly #pcap: LibpcapFunctions
  readonly #dump: Pointer
  readonly #handle: Pointer
  readonly #c: FileFunctions
  readonly #files: readonly Pointer[]
  readonly #dumpers: readonly Pointer[]
  #slot = 0

  constructor({ functions, dump, koffi }: Libpcap, handle: Pointer, slots: readonly Uint8Array[]) {
    this.#pcap = functions
    this.#dump = dump
    this.#handle = handle
    const c = koffi.load(null)
    this.#c = {
      fmemopen: c.func('void *fmemopen(void *bytes, size_t size, const char *mode)'),
      fseek: c.func('int fseek(void *file, long offset, int whence)'),
      ftell: c.func('long ftell(void *file)'),
      fflush: c.func('int fflush(void *file)'),
    }
    this.#files = slots.map((slot) => notNull(this.#c.fmemopen(slot, slot.length, 'w'), 'fmemopen'))
    this.#dumpers = this.#files.map((file) => notNull(functions.dump_fopen(handle, file), 'pcap_dump_fopen'))
    for (const file of this.#files) this.#c.fflush(file)
  }

  begin(slot: number): void {
    this.#slot = slot
    this.#c.fseek(this.#files[slot]!, FILE_HEADER_BYTES, SEEK_SET)
  }

  take(most: number): number {
    return this.#pcap.dispatch(this.#handle, most, this.#dump, this.#dumpers[this.#slot]!)
  }

  position(): number {
    return this.#c.ftell(this.#files[this.#slot]!)
  }

  flush(): void {
    this.#c.fflush(this.#files[this.#slot]!)
  }

  close(): void {
    for (const dumper of this.#dumpers) this.#pcap.dump_close(dumper)
  }
}

function notNull(pointer: Pointer | null, what: string): Pointer {
  if (pointer === null) throw new Error(`${what} failed`)
  return pointer
}

/** Layout of `struct pcap_pkthdr`: with 64-bit or with 32-bit times. */
export type HeaderLayout = 'wide' | 'narrow'

/**
 * Takes packets one by one with `pcap_next_ex` and copies them, for systems without `fmemopen`. Takes more than twice
 * the time per packet.
 */
export class CopyPump implements RecordPump {
  readonly #pcap: LibpcapFunctions
  readonly #koffi: Koffi
  readonly #handle: Pointer
  readonly #slots: readonly Uint8Array[]
  readonly #views: readonly DataView[]
  readonly #copy: (to: Uint8Array, from: Pointer, bytes: number) => void
  readonly #headerPointer: Uint8Array
  readonly #dataPointer: Uint8Array
  readonly #header: Uint8Array
  readonly #headerView: DataView
  readonly #lengthsAt: number
  readonly #fractionAt: number
  #slot = 0
  #position = FILE_HEADER_BYTES

  /** @param cLibrary Name of the library with `memcpy`; null when the process itself has it. */
  constructor(
    { functions, koffi }: Libpcap,
    handle: Pointer,
    slots: readonly Uint8Array[],
    cLibrary: string | null,
    layout: HeaderLayout,
  ) {
    this.#pcap = functions
    this.#koffi = koffi
    this.#handle = handle
    this.#slots = slots
    this.#views = slots.map((slot) => new DataView(slot.buffer, slot.byteOffset, slot.byteLength))
    this.#copy = koffi.load(cLibrary).func('void memcpy(void *to, void *from, size_t bytes)')
    this.#headerPointer = new Uint8Array(koffi.sizeof('void *'))
    this.#dataPointer = new Uint8Array(koffi.sizeof('void *'))
    this.#fractionAt = layout === 'wide' ? 8 : 4
    this.#lengthsAt = 2 * this.#fractionAt
    this.#header = new Uint8Array(this.#lengthsAt + 8)
    this.#headerView = new DataView(this.#header.buffer)
  }

  begin(slot: number): void {
    this.#slot = slot
    this.#position = FILE_HEADER_BYTES
  }

  take(most: number): number {
    let taken = 0
    while (taken < most) {
      const status = this.#pcap.next_ex(this.#handle, this.#headerPointer, this.#dataPointer)
      if (status !== 1) return status < 0 && taken === 0 ? status : taken
      this.#copyRecord()
      taken += 1
    }
    return taken
  }

  position(): number {
    return this.#position
  }

  flush(): void {}

  close(): void {}

  // Copies the low 32 bits of the times: all systems that koffi supports are little-endian.
  #copyRecord(): void {
    this.#copy(this.#header, this.#pointerIn(this.#headerPointer), this.#header.length)
    const view = this.#views[this.#slot]!
    const at = this.#position
    const capturedBytes = this.#headerView.getUint32(this.#lengthsAt, true)
    view.setUint32(at, this.#headerView.getUint32(0, true), true)
    view.setUint32(at + 4, this.#headerView.getUint32(this.#fractionAt, true), true)
    view.setUint32(at + 8, capturedBytes, true)
    view.setUint32(at + 12, this.#headerView.getUint32(this.#lengthsAt + 4, true), true)
    const from = at + RECORD_HEADER_BYTES
    this.#position = from + capturedBytes
    const target = this.#slots[this.#slot]!.subarray(from, this.#position)
    this.#copy(target, this.#pointerIn(this.#dataPointer), capturedBytes)
  }

  #pointerIn(bytes: Uint8Array): Pointer {
    return notNull(pointerIn(this.#koffi, bytes), 'pcap_next_ex')
  }
}

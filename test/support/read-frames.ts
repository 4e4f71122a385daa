/** One record of a capture, read by very simple code that is independent of the program's readers. */
export interface Frame {
  /** Nanoseconds since 1970. */
  readonly ns: bigint
  readonly bytes: Uint8Array
}

/** Reads classic pcap or pcapng (enhanced packet blocks, one section, if_tsresol 6 or 9) held in memory. */
export function readFrames(file: Uint8Array): Frame[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  return view.getUint32(0) === 0x0a0d0d0a ? readPcapng(file, view) : readPcap(file, view)
}

function readPcap(file: Uint8Array, view: DataView): Frame[] {
  const isLittle = file[0] === 0xd4 || file[0] === 0x4d
  const tick = (isLittle ? file[0] === 0xd4 : file[3] === 0xd4) ? 1000n : 1n
  const frames: Frame[] = []
  for (let at = 24; at < file.length; ) {
    const length = view.getUint32(at + 8, isLittle)
    const ns =
      BigInt(view.getUint32(at, isLittle)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, isLittle)) * tick
    frames.push({ ns, bytes: file.subarray(at + 16, at + 16 + length) })
    at += 16 + length
  }
  return frames
}

function readPcapng(file: Uint8Array, view: DataView): Frame[] {
  const isLittle = view.getUint32(8, true) === 0x1a2b3c4d
  const ticks: bigint[] = []
  const frames: Frame[] = []
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, isLittle)) {
    const type = view.getUint32(at, isLittle)
    const end = at + view.getUint32(at + 4, isLittle) - 4
    if (type === 1) {
      let tick = 1000n
      for (
        let option = at + 16;
        option < end;
        option += 4 + ((view.getUint16(option + 2, isLittle) + 3) & ~3)
      ) {
        if (view.getUint16(option, isLittle) === 9 && view.getUint8(option + 4) === 9) tick = 1n
      }
      ticks.push(tick)
    } else if (type === 6) {
      const units =
        (BigInt(view.getUint32(at + 12, isLittle)) << 32n) | BigInt(view.getUint32(at + 16, isLittle))
      const from = at + 28
      frames.push({
        ns: units * (ticks[view.getUint32(at + 8, isLittle)] ?? 0n),
        bytes: file.subarray(from, from + view.getUint32(at + 20, isLittle)),
      })
    }
  }
  return frames
}

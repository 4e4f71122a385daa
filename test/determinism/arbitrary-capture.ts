import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { LINKTYPE_ETHERNET, PcapngWriter, PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { type CapturePlan, generateBytes, START_SEC } from '../../fixtures/generator/generate.mjs'
import { TCP } from '../../fixtures/generator/packets.mjs'
import { Random } from '../../fixtures/generator/random.mjs'
import { troubledPlan } from '../e2e/traffic.js'
import { readFrames } from '../support/read-frames.js'
import { type DraftRecord, plainPacket, type RecordTroubles, withTroubles } from './record-troubles.js'
import { StraySegments } from './stray-segments.js'

const LINKTYPE_RAW = 101

/** How one file of a capture is written. */
export interface FileForm {
  readonly format: 'pcap' | 'pcapng'
  readonly bigEndian: boolean
  readonly nanoseconds: boolean
  readonly isCompressed: boolean
  readonly damage: 'none' | 'none' | 'end cut off' | 'bytes changed' | 'hole'
}

/** Everything that decides about the bytes of a generated capture. Small and readable, for a failing test's message. */
export interface CaptureRecipe {
  readonly seed: number
  readonly connections: number
  readonly concurrency: number
  readonly messageBytes: number
  /** Of the largest message. */
  readonly segments: number
  /** That a stray segment follows one of TCP: 0 to 1. */
  readonly strays: number
  readonly troubles: RecordTroubles
  readonly files: readonly FileForm[]
  /** Of the pcapng files: the third one is of IP packets without a link layer. */
  readonly interfaces: number
  /** Files overlap in time; otherwise each begins where another ends. */
  readonly isInterleaved: boolean
}

export interface GeneratedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const probability = fc.constantFrom(0, 0, 0.01, 0.05, 0.3)
const ranges = (sizes: readonly (readonly [number, number])[]) =>
  fc.oneof(...sizes.map(([min, max]) => fc.integer({ min, max })))

const fileForm: fc.Arbitrary<FileForm> = fc.record({
  format: fc.constantFrom('pcap', 'pcapng'),
  bigEndian: fc.boolean(),
  nanoseconds: fc.boolean(),
  isCompressed: fc.boolean(),
  damage: fc.constantFrom('none', 'none', 'none', 'end cut off', 'bytes changed', 'hole'),
})

const troubles: fc.Arbitrary<RecordTroubles> = fc.record({
  tunnel: fc.constantFrom(0, 0, 0.5, 1),
  fragment: probability,
  icmpError: probability,
  foreign: probability,
  malformed: probability,
  cut: probability,
  duplicate: probability,
  swap: probability,
  sameTime: probability,
  timeBack: probability,
  timeLeap: fc.constantFrom(0, 0, 0.001, 0.02),
})

/** Captures with all kinds of trouble, mostly below the size from which threads work on them by default. */
export const arbitraryCapture: fc.Arbitrary<CaptureRecipe> = fc.record({
  seed: fc.nat(),
  connections: ranges([
    [1, 5],
    [6, 60],
  ]),
  concurrency: fc.integer({ min: 1, max: 40 }),
  messageBytes: ranges([
    [1, 300],
    [300, 6_000],
  ]),
  segments: fc.integer({ min: 1, max: 40 }),
  strays: probability,
  troubles,
  files: fc.array(fileForm, { minLength: 1, maxLength: 4 }),
  interfaces: fc.integer({ min: 1, max: 3 }),
  isInterleaved: fc.boolean(),
})

/** The files of the capture, the same bytes for the same recipe. Their names are not in the order of their times. */
export function generateCapture(recipe: CaptureRecipe): GeneratedFile[] {
  const { files, seed, interfaces, isInterleaved } = recipe
  const records = recordsOf(recipe)
  const random = new Random(seed + 1)
  const shares: DraftRecord[][] = files.map(() => [])
  records.forEach((record, i) => {
    const share = isInterleaved ? random.below(files.length) : Math.floor((i * files.length) / records.length)
    shares[share]!.push(record)
  })
  return files.map((form, i) => {
    const whole = written(shares[i]!, form, interfaces, random)
    const bytes = damaged(whole, form.damage, random)
    const ending = `${form.format}${form.isCompressed ? '.gz' : ''}`
    return {
      name: `part-${files.length - i}.${ending}`,
      bytes: form.isCompressed ? gzipSync(bytes, { level: 1 }) : bytes,
    }
  })
}

/** What a capture holds before it is written. */
export function recordsOf(recipe: CaptureRecipe): DraftRecord[] {
  return withTroubles(trafficOf(recipe), recipe.troubles, recipe.seed)
}

function trafficOf({ seed, strays, segments, ...options }: CaptureRecipe): DraftRecord[] {
  const plan = troubledPlan({ ...options, segmentBytes: Math.ceil(options.messageBytes / segments) })
  const withStrays: CapturePlan = {
    ...plan,
    connection(number, random, content, reused) {
      const traffic = plan.connection(number, random, content, reused)
      return traffic.flow.protocol === TCP ? new StraySegments(traffic, random, strays) : traffic
    },
  }
  const start = BigInt(START_SEC) * 1_000_000_000n
  return readFrames(generateBytes(withStrays, seed).bytes).map(({ ns, bytes }) => ({
    ns: Number(ns - start),
    frame: bytes,
    originalBytes: bytes.length,
  }))
}

/** A file with these records. With three interfaces in pcapng the third one is of IP packets without a link layer. */
export function written(
  records: readonly DraftRecord[],
  { format, bigEndian, nanoseconds }: Pick<FileForm, 'format' | 'bigEndian' | 'nanoseconds'>,
  interfaceCount: number,
  random: Random,
): Buffer {
  const links = [LINKTYPE_ETHERNET, LINKTYPE_ETHERNET, LINKTYPE_RAW].slice(0, interfaceCount)
  const interfaces = links.map((linkType, i) => ({ linkType, nanoseconds: nanoseconds !== (i === 1) }))
  return toMemory((output) => {
    const writer =
      format === 'pcap'
        ? new PcapWriter(output, { bigEndian, nanoseconds })
        : new PcapngWriter(output, { bigEndian, interfaces })
    for (const { ns, frame, originalBytes } of records) {
      const drawn = random.below(interfaceCount)
      const packet = format === 'pcapng' && links[drawn] === LINKTYPE_RAW ? plainPacket(frame) : null
      const content = packet ?? frame
      const interfaceId = packet === null ? Math.min(drawn, 1) : drawn
      const at = writer.begin()
      writer.output.bytes.set(content, at)
      const sec = Math.floor(ns / 1e9)
      const lengthBefore = originalBytes - (frame.length - content.length)
      writer.end(content.length, START_SEC + sec, ns - sec * 1e9, interfaceId, lengthBefore)
    }
  })
}

function damaged(bytes: Buffer, damage: FileForm['damage'], random: Random): Buffer {
  if (damage === 'none') return bytes
  if (damage === 'end cut off') return bytes.subarray(0, random.below(bytes.length))
  const from = random.below(bytes.length)
  if (damage === 'hole') {
    const to = Math.min(bytes.length, from + random.below(3_000))
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  }
  const copy = Buffer.from(bytes)
  for (let left = 5; left > 0; left--) copy[random.below(copy.length)] = random.u32()
  return copy
}

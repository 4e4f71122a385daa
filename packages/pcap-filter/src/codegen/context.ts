import { FilterSyntaxError } from '../filter-syntax-error.js'
import * as bpf from './bpf.js'
import { type Layout, layoutOf, NOT_SET } from './link-layout.js'

/** An offset in the packet: a constant, plus a memory word if a header before it has variable length. */
export interface Offset {
  readonly isVariable: boolean
  /** uint32; NOT_SET if the link type has no such field. */
  readonly constant: number
  /** Memory word with the variable part; -1 until one is needed. */
  readonly register: number
}

/** External information for an expression. */
export interface Surroundings {
  /** Addresses of a host name, of 4 or 16 bytes each, in the resolver's order; null for an unknown name. */
  readonly hostAddresses: (name: string) => readonly Uint8Array[] | null
  /** Network mask for `ip broadcast`, uint32. */
  readonly netmask: number
  /** True for a capture from a big-endian machine. Only matters for NULL and ENC headers. */
  readonly isBigEndian: boolean
}

/** A link layer: the offsets of its header and of its payload. */
export interface Layers {
  readonly linkType: number
  linkHeader: Offset
  readonly payload: Offset
}

/**
 * State of the code generator. Keywords such as `vlan` change the offsets of all tests after them, so code is generated
 * in the order of the text.
 */
export class CodeContext {
  readonly surroundings: Surroundings
  /** True to make one test of each list of addresses or ports. */
  readonly joinsAlternatives: boolean
  /** Column of the part being compiled, for errors. */
  column = 1
  /** Column of the address, number or name in that part, if it has one; otherwise the same. */
  valueColumn = 1
  linkType: number
  previousLinkType: number
  readonly outermostLinkType: number
  /** Set when the code has a loop or a jump inside a block, which the optimizer cannot handle. */
  mustNotOptimize = false

  linkHeader: Offset
  previousLinkHeader: Offset
  readonly outermostLinkHeader: Offset
  /** The payload of the link header. */
  payload: Offset
  /** The type field, or the LLC header that contains it. */
  linkTypeField: Offset
  /** Offset of the network header in the payload, uint32: after LLC and SNAP if present, and after LLC alone. */
  networkOffset: number
  networkOffsetNoSnap: number
  readonly layout: Layout

  /** The frame's own layers, once the expression has entered an inner link layer. */
  #outer: Layers | null = null

  /** Number of MPLS labels matched so far. */
  labelDepth = 0
  isGeneve = false
  /** Number of value sets so far. */
  valueSets = 0
  readonly #usedRegisters = new Array<boolean>(bpf.MEMORY_WORDS).fill(false)
  #register = 0

  /** @throws FilterSyntaxError for a link type that libpcap does not support. */
  constructor(dlt: number, surroundings: Surroundings, joinsAlternatives = false) {
    const layout = layoutOf(dlt)
    if (layout === null) throw new FilterSyntaxError(`link type ${dlt} is not supported`, 1, 'linkType')
    this.surroundings = surroundings
    this.joinsAlternatives = joinsAlternatives
    this.layout = layout
    this.linkType = dlt
    this.previousLinkType = dlt
    this.outermostLinkType = dlt
    this.linkHeader = at(layout.linkHeader ?? 0, layout.isLinkHeaderVariable)
    this.previousLinkHeader = this.linkHeader
    this.outermostLinkHeader = this.linkHeader
    this.payload = at(layout.payload, layout.isPayloadVariable)
    this.linkTypeField = at(layout.linkTypeField)
    this.networkOffset = layout.network
    this.networkOffsetNoSnap = layout.networkNoSnap
  }

  /** The layers of the frame itself, even after the expression has entered an inner link layer. */
  get frame(): Layers {
    return this.#outer ?? this
  }

  /** An error that does not depend on the link type. */
  refuse(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.column)
  }

  /** An error in an address, number or name that does not depend on the link type. */
  refuseValue(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.valueColumn)
  }

  /** An error that depends on the link type. */
  refuseHere(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.column, 'linkType')
  }

  /** Reserves a memory word. @throws FilterSyntaxError when none is free. */
  allocateRegister(): number {
    for (let tries = 0; tries < bpf.MEMORY_WORDS; tries++) {
      if (!this.#usedRegisters[this.#register]) {
        this.#usedRegisters[this.#register] = true
        return this.#register
      }
      this.#register = (this.#register + 1) % bpf.MEMORY_WORDS
    }
    throw this.refuse('the expression needs more than 16 values at a time')
  }

  freeRegister(register: number): void {
    this.#usedRegisters[register] = false
  }

  /** Enters an inner link layer: later tests apply to it. */
  enterLinkLayer(linkType: number, header: Offset): void {
    this.#outer ??= { linkType: this.linkType, linkHeader: this.linkHeader, payload: this.payload }
    this.previousLinkType = this.linkType
    this.previousLinkHeader = this.linkHeader
    this.linkType = linkType
    this.linkHeader = header
    this.isGeneve = false
  }
}

/** Makes a constant offset, or the constant part of a variable offset. */
export function at(constant: number, isVariable = false): Offset {
  return { isVariable, constant: constant >>> 0, register: -1 }
}

/** Adds `bytes` to an offset. */
export function moved(offset: Offset, bytes: number): Offset {
  return { ...offset, constant: (offset.constant + bytes) >>> 0 }
}

export { NOT_SET }

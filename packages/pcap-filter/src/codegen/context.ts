import { FilterSyntaxError } from '../filter-syntax-error.js'
import * as bpf from './bpf.js'
import { type Layout, layoutOf, NOT_SET } from './link-layout.js'

/** A position in the packet: a constant, plus the content of a memory word where headers before it vary in length. */
export interface Offset {
  readonly isVariable: boolean
  /** uint32; NOT_SET where the link type has no such place. */
  readonly constant: number
  /** Memory word with the variable part; -1 while none was needed. */
  readonly register: number
}

/** What an expression may need from outside. */
export interface Surroundings {
  /** Addresses of a host's name, each of 4 or 16 bytes, in the resolver's order; null: unknown. */
  readonly hostAddresses: (name: string) => readonly Uint8Array[] | null
  /** Network mask for `ip broadcast`, uint32. */
  readonly netmask: number
  /** The capture's bytes come from a machine of the other byte order (only NULL and ENC headers show it). */
  readonly isBigEndian: boolean
}

/** A link layer: where its header and what follows it begin. */
export interface Layers {
  readonly linkType: number
  linkHeader: Offset
  readonly payload: Offset
}

/**
 * State of the code generator. Words such as `vlan` move offsets for everything that is generated after them, which is
 * why the order of generation is the order of the text.
 */
export class CodeContext {
  readonly surroundings: Surroundings
  /** Lists of addresses or ports become one test each. */
  readonly joinsAlternatives: boolean
  /** Column of the part that is being compiled, for errors. */
  column = 1
  /** Column of the address, number or name in it; where there is none, the same. */
  valueColumn = 1
  linkType: number
  previousLinkType: number
  readonly outermostLinkType: number
  /** Set where a jump inside a block, or a loop, forbids the optimizer. */
  mustNotOptimize = false

  linkHeader: Offset
  previousLinkHeader: Offset
  readonly outermostLinkHeader: Offset
  /** What follows the link header. */
  payload: Offset
  /** The type field, or the LLC header that has it. */
  linkTypeField: Offset
  /** Network header from the payload's start, uint32: with SNAP header where there is LLC, and without. */
  networkOffset: number
  networkOffsetNoSnap: number
  readonly layout: Layout

  /** The frame's own layers, once the expression has gone on to a link layer inside. */
  #outer: Layers | null = null

  /** MPLS labels and VLAN tags that were stepped over. */
  labelDepth = 0
  isGeneve = false
  /** Sets of values that tests have so far. */
  valueSets = 0
  readonly #usedRegisters = new Array<boolean>(bpf.MEMORY_WORDS).fill(false)
  #register = 0

  /** @throws FilterSyntaxError for a link type that libpcap has nothing to say about. */
  constructor(dlt: number, surroundings: Surroundings, joinsAlternatives = false) {
    const layout = layoutOf(dlt)
    if (layout === null)
      throw new FilterSyntaxError(`no filter is possible for link type ${dlt}`, 1, 'linkType')
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

  /** The layers of the frame itself, wherever the expression is. */
  get frame(): Layers {
    return this.#outer ?? this
  }

  /** An error of the expression whatever the link type. */
  refuse(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.column)
  }

  /** An error of the address, number or name, whatever the link type. */
  refuseValue(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.valueColumn)
  }

  /** An error for this link type only. */
  refuseHere(reason: string): FilterSyntaxError {
    return new FilterSyntaxError(reason, this.column, 'linkType')
  }

  /** A free memory word. @throws FilterSyntaxError when all are taken. */
  allocateRegister(): number {
    for (let tries = 0; tries < bpf.MEMORY_WORDS; tries++) {
      if (!this.#usedRegisters[this.#register]) {
        this.#usedRegisters[this.#register] = true
        return this.#register
      }
      this.#register = (this.#register + 1) % bpf.MEMORY_WORDS
    }
    throw this.refuse('the expression needs more than 16 values at one time')
  }

  freeRegister(register: number): void {
    this.#usedRegisters[register] = false
  }

  /** Makes what follows an inner link layer: remembers the header so far and puts another in its place. */
  enterLinkLayer(linkType: number, header: Offset): void {
    this.#outer ??= { linkType: this.linkType, linkHeader: this.linkHeader, payload: this.payload }
    this.previousLinkType = this.linkType
    this.previousLinkHeader = this.linkHeader
    this.linkType = linkType
    this.linkHeader = header
    this.isGeneve = false
  }
}

/** A constant offset, or the constant part of a variable one. */
export function at(constant: number, isVariable = false): Offset {
  return { isVariable, constant: constant >>> 0, register: -1 }
}

/** `offset` moved by a constant number of bytes. */
export function moved(offset: Offset, bytes: number): Offset {
  return { ...offset, constant: (offset.constant + bytes) >>> 0 }
}

export { NOT_SET }

import { hex32 } from './capture-source.js'
import { minBlockBytes } from './pcapng-blocks.js'

// Problems of pcapng files: what must hold, and what was found. Each text completes `Cannot read "a.pcapng" at byte N: `.

export function blockCut(blockBytes: number, left: number): string {
  return `the block has ${blockBytes} bytes: the file ends after ${left}`
}

export function headerCut(leastBytes: number, left: number): string {
  return `a block has at least ${leastBytes} bytes: the file ends after ${left}`
}

export function blockTooShort(type: number, blockBytes: number): string {
  return `length of a block of type ${hex32(type)} must be at least ${minBlockBytes(type)}: found ${blockBytes}`
}

export function blockTooLong(type: number, blockBytes: number): string {
  return `a block of type ${hex32(type)} cannot have ${blockBytes} bytes`
}

export function trailerDiffers(blockBytes: number, found: number): string {
  return `the length at the end of the block must be ${blockBytes}: found ${found}`
}

export function unknownByteOrder(found: number): string {
  return `byte-order magic must be 0x1a2b3c4d in either byte order: found ${hex32(found)}`
}

export function unknownVersion(major: number): string {
  return `pcapng major version must be 1: found ${major}`
}

export function undeclaredInterface(declared: number, found: number): string {
  return `a packet must be of one of the section's ${declared} interfaces: found ${found}`
}

export function tooManyInterfaces(limit: number): string {
  return `a section must declare at most ${limit} interfaces`
}

export function frameTooLong(room: number, capturedBytes: number): string {
  return `captured length must be at most ${room}: found ${capturedBytes}`
}

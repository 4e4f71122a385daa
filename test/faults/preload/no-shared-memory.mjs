// Makes the memory that threads share not to be had; a small one is.
const { Memory } = WebAssembly

WebAssembly.Memory = class extends Memory {
  /** @param {ConstructorParameters<typeof Memory>[0]} descriptor */
  constructor(descriptor) {
    if (descriptor.shared && descriptor.initial > 1) throw new RangeError('could not allocate memory')
    super(descriptor)
  }
}

// Makes the memory that threads share not to be had.
const { Memory } = WebAssembly

WebAssembly.Memory = class extends Memory {
  /** @param {ConstructorParameters<typeof Memory>[0]} descriptor */
  constructor(descriptor) {
    if (descriptor.shared) throw new RangeError('could not allocate memory')
    super(descriptor)
  }
}

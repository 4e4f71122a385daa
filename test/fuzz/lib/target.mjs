/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

/**
 * What is fuzzed. An input is bytes, whatever they mean to the target, so that every input can be kept in a file, made
 * smaller and tried again.
 *
 * @typedef {object} Target
 * @property {string} name
 * @property {number} [unitBytes] inputs are made of pieces of this size (1)
 * @property {(random: Random) => Uint8Array} make a new input
 * @property {(input: Uint8Array, random: Random) => void | Promise<void>} run tries it; throws where something does not
 *           hold. `random` decides all that the input does not: its seed goes with the input.
 */

/**
 * What targets are made of.
 *
 * @typedef {object} Surroundings
 * @property {import('./seed-captures.mjs').SeedCaptures} captures all that are known
 * @property {import('./seed-captures.mjs').SeedCaptures} fixtures those of the repository
 * @property {string} folder the job's own, empty, for files
 */

/** @typedef {(surroundings: Surroundings) => Target | Promise<Target>} TargetMaker */

export {}

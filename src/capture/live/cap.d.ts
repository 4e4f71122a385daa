/** The optional package cap 0.2.1, which has no types of its own. */
declare module 'cap' {
  const cap: import('./cap-module.js').CapModule
  export default cap
}

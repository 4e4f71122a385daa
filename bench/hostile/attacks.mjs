import { FILE_ATTACKS } from './file-attacks.mjs'
import { IP_ATTACKS } from './ip-attacks.mjs'
import { OPTION_ATTACKS } from './option-attacks.mjs'
import { TCP_ATTACKS } from './tcp-attacks.mjs'

/** All attacks that the bench runs. @type {readonly import('./attack.mjs').Attack[]} */
export const ATTACKS = [...TCP_ATTACKS, ...IP_ATTACKS, ...FILE_ATTACKS, ...OPTION_ATTACKS]

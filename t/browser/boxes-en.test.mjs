/* Every screen in every state, in English. */

import { allStates } from './all-states.mjs';

allStates('en');

/* Every screen in every state, in Spanish. */

import { allStates } from './all-states.mjs';

allStates('es');

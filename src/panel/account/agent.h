/*
 * The browser and system of a User-Agent, as short as people say it.
 */

#ifndef VZ_AGENT_H
#define VZ_AGENT_H

#include <stddef.h>


#define VZ_AGENT_MAX  48            /* bytes of the words, and the end */


/*
 * vz_agent_words: write "Firefox · Linux" for a User-Agent; only words that are
 * known here, since whoever asks may send any text; "-" where none is.  out is
 * terminated.
 */
void vz_agent_words(const char *agent, size_t len, char out[VZ_AGENT_MAX]);


#endif /* VZ_AGENT_H */

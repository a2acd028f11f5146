/*
 * The browser and system of a User-Agent.
 */

#include <stdio.h>
#include <string.h>
#include "panel/account/agent.h"


/* A mark, and what it means; the first that is there counts. */
typedef struct {
    const char  *mark;
    const char  *word;
} vz_agent_t;


static const char *vz_agent_find(const vz_agent_t *of, const char *agent,
    size_t len);


static const vz_agent_t  vz_agent_browsers[] = {
    { "Edg/", "Edge" }, { "OPR/", "Opera" }, { "Firefox/", "Firefox" },
    { "Chrome/", "Chrome" }, { "Safari/", "Safari" }, { "curl/", "curl" },
    { NULL, NULL }
};

static const vz_agent_t  vz_agent_systems[] = {
    { "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" },
    { "Windows", "Windows" }, { "Mac OS", "macOS" }, { "Linux", "Linux" },
    { NULL, NULL }
};


void
vz_agent_words(const char *agent, size_t len, char out[VZ_AGENT_MAX])
{
    const char  *browser, *system;

    browser = vz_agent_find(vz_agent_browsers, agent, len);
    system = vz_agent_find(vz_agent_systems, agent, len);

    if (browser == NULL && system == NULL) {
        strcpy(out, "-");
        return;
    }

    snprintf(out, VZ_AGENT_MAX, "%s%s%s", browser ? browser : "",
             browser && system ? " \xc2\xb7 " : "", system ? system : "");
}


static const char *
vz_agent_find(const vz_agent_t *of, const char *agent, size_t len)
{
    size_t  i, n;

    for (/* void */; of->mark != NULL; of++) {
        n = strlen(of->mark);

        for (i = 0; i + n <= len; i++) {

            if (memcmp(agent + i, of->mark, n) == 0) {
                return of->word;
            }
        }
    }

    return NULL;
}

/*
 * Browsers in words.
 *
 * sources: src/panel/account/agent.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "panel/account/agent.h"


static void
test_words(void **state)
{
    char    out[VZ_AGENT_MAX];
    size_t  i;

    static const char *const  agents[][2] = {
        { "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
          "Firefox/128.0", "Firefox \xc2\xb7 Linux" },
        { "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 "
          "Safari/537.36 Edg/126.0", "Edge \xc2\xb7 Windows" },
        { "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
          "Version/17.5 Safari/604.1", "Safari \xc2\xb7 iPhone" },
        { "curl/7.88.1", "curl" },
        { "Somebody (Android)", "Android" },
        { "Visit https://bad.example now", "-" },
        { "", "-" }
    };

    (void) state;

    for (i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        vz_agent_words(agents[i][0], strlen(agents[i][0]), out);
        assert_string_equal(out, agents[i][1]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_words)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

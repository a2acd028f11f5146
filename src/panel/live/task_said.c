/*
 * Messages as JSON.  A node that is older than the codes sends the same texts
 * without them.
 */

#include "panel/live/task_said.h"
#include "wire/say.h"


void
vz_task_said_json(vz_json_t *json, const char *key, ngx_str_t text,
    ngx_uint_t shown)
{
    vz_say_t    say;
    ngx_str_t   value;
    ngx_uint_t  i;

    text.len = vz_say_split((char *) text.data, text.len, &say);

    if (say.code == NULL) {
        vz_say_find((char *) text.data, text.len, &say);
    }

    if (!shown) {
        text.len = 0;
    }

    vz_json_text(json, key, &text);

    if (say.code == NULL) {
        return;
    }

    vz_json_object(json, "say");
    vz_json_cstr(json, "code", say.code);
    vz_json_array(json, "values");

    for (i = 0; i < say.n; i++) {
        value.data = (u_char *) say.values[i].value;
        value.len = say.values[i].len;

        vz_json_object(json, NULL);
        vz_json_cstr(json, "name", say.values[i].name);
        vz_json_text(json, "value", &value);
        vz_json_close(json);
    }

    vz_json_close(json);
    vz_json_close(json);
}

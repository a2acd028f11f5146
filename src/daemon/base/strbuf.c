#include <stdarg.h>
#include <stdio.h>
#include "daemon/base/strbuf.h"


void
vz_strbuf_init(vz_strbuf_t *text, char *buf, size_t size)
{
    text->buf = buf;
    text->size = size;
    text->len = 0;
    text->full = 0;

    buf[0] = '\0';
}


void
vz_strbuf_put(vz_strbuf_t *text, const char *fmt, ...)
{
    int      n;
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(text->buf + text->len, text->size - text->len, fmt, args);
    va_end(args);

    if (n < 0 || (size_t) n >= text->size - text->len) {
        text->buf[text->len] = '\0';
        text->full = 1;
        return;
    }

    text->len += (size_t) n;
}


void
vz_strbuf_addresses(vz_strbuf_t *text, const vz_ip_t *list, unsigned n)
{
    char      address[VZ_IP_TEXT];
    unsigned  i;

    if (n == 0) {
        vz_strbuf_put(text, "-");
    }

    for (i = 0; i < n; i++) {
        vz_ip_print(&list[i], 0, address);
        vz_strbuf_put(text, "%s%s", i ? "," : "", address);
    }
}

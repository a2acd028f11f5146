/*
 * Account names, derived from people's names.
 */

#include "panel/account/account_name.h"


static size_t vz_account_name_fold(u_char *to, const ngx_str_t *from,
    size_t max);


/* U+00C0 ... U+017F without their marks; '-' has no equivalent */

static const u_char  vz_account_name_latin[] =
    "aaaaaaaceeeeiiiidnooooo-ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo-ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiiijjkkkllllll"
    "llllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";


size_t
vz_account_name_account(u_char *name, const ngx_str_t *first,
                        const ngx_str_t *last)
{
    size_t             n;
    static const char  fill[] = "user";

    n = vz_account_name_fold(name, first, 1);
    n += vz_account_name_fold(name + n, last, VZ_ACCOUNT_NAME_MAX - n);

    while (n && name[0] >= '0' && name[0] <= '9') {
        ngx_memmove(name, name + 1, --n);
    }

    if (n < 3) {
        ngx_memcpy(name + n, fill, sizeof(fill) - 1);
        n += sizeof(fill) - 1;
    }

    return n;
}


ngx_str_t
vz_account_name_try(ngx_pool_t *pool, const ngx_str_t *first,
                    const ngx_str_t *last,
    ngx_uint_t n)
{
    u_char     *p;
    ngx_str_t   name;

    name.len = 0;
    name.data = ngx_pnalloc(pool, VZ_ACCOUNT_NAME_MAX + NGX_INT64_LEN);

    if (name.data == NULL) {
        return name;
    }

    p = name.data + vz_account_name_account(name.data, first, last);

    if (n >= 5) {
        p = ngx_sprintf(p, "%ui", (ngx_uint_t) ngx_random() % 99990 + 10);

    } else if (n > 0) {
        p = ngx_sprintf(p, "%ui", n + 1);
    }

    name.len = p - name.data;

    return name;
}


static size_t
vz_account_name_fold(u_char *to, const ngx_str_t *from, size_t max)
{
    u_char     c, *p, *end;
    size_t     n;
    uint32_t   code;

    n = 0;
    p = from->data;
    end = p + from->len;

    while (p < end && n < max) {
        code = *p;

        if (code >= 0x80) {
            code = ngx_utf8_decode(&p, end - p);

            if (code >= 0x110000) {
                break;
            }

            c = (code >= 0xc0 && code <= 0x17f)
                ? vz_account_name_latin[code - 0xc0] : '-';
        } else {
            c = ngx_tolower(code);
            p++;
        }

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            to[n++] = c;
        }
    }

    return n;
}

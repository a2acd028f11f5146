/*
 * The texts of mails, in the languages of the panel.
 */

#include "panel/mail/mail_text.h"
#include "panel/mail/mail_text_core.h"
#include "runtime/settings.h"


static const vz_mail_text_t *vz_mail_text_find(const vz_mail_text_t *text,
    const ngx_str_t *template, const ngx_str_t *language);
static ngx_int_t vz_mail_text_fill(ngx_pool_t *pool, const char *text,
    json_t *data, ngx_str_t *out);
static ngx_str_t vz_mail_text_value(json_t *data, const char *name,
    size_t len);


#define VZ_MAIL_TEXTS  (sizeof(vz_mail_texts) / sizeof(vz_mail_texts[0]))

static const vz_mail_text_t *const  vz_mail_texts[] = {
    vz_mail_text_order,
    vz_mail_text_vm,
    vz_mail_text_account
};


ngx_int_t
vz_mail_text(ngx_pool_t *pool, const ngx_str_t *template,
    const ngx_str_t *language, json_t *data, ngx_str_t *subject,
    ngx_str_t *body)
{
    ngx_uint_t             i;
    const vz_mail_text_t  *text;

    text = NULL;

    for (i = 0; text == NULL && i < VZ_MAIL_TEXTS; i++) {
        text = vz_mail_text_find(vz_mail_texts[i], template, language);
    }

    if (text == NULL) {
        return NGX_DECLINED;
    }

    if (vz_mail_text_fill(pool, text->subject, data, subject) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_mail_text_fill(pool, text->body, data, body);
}


static const vz_mail_text_t *
vz_mail_text_find(const vz_mail_text_t *text, const ngx_str_t *template,
    const ngx_str_t *language)
{
    const vz_mail_text_t  *found;

    found = NULL;

    for (/* void */; text->template != NULL; text++) {

        if (ngx_strlen(text->template) != template->len
            || ngx_strncmp(text->template, template->data, template->len)
               != 0)
        {
            continue;
        }

        if (language->len == 2
            && ngx_strncmp(text->language, language->data, 2) == 0)
        {
            return text;
        }

        if (found == NULL) {
            found = text;
        }
    }

    return found;
}


/* once to measure, once to write */

static ngx_int_t
vz_mail_text_fill(ngx_pool_t *pool, const char *text, json_t *data,
    ngx_str_t *out)
{
    u_char      *dst;
    size_t       len;
    ngx_str_t    value;
    ngx_uint_t   pass;
    const char  *p, *end;

    dst = NULL;
    len = 0;

    for (pass = 0; pass < 2; pass++) {
        len = 0;

        for (p = text; *p != '\0'; p = end) {

            if (*p == '{' && (end = strchr(p, '}')) != NULL) {
                value = vz_mail_text_value(data, p + 1, end - p - 1);
                end++;

            } else {
                end = p + 1 + strcspn(p + 1, "{");
                value.data = (u_char *) p;
                value.len = end - p;
            }

            if (dst != NULL && value.len) {
                ngx_memcpy(dst + len, value.data, value.len);
            }

            len += value.len;
        }

        if (dst == NULL) {
            dst = ngx_pnalloc(pool, len + 1);
            if (dst == NULL) {
                return NGX_ERROR;
            }
        }
    }

    out->data = dst;
    out->len = len;

    return NGX_OK;
}


static ngx_str_t
vz_mail_text_value(json_t *data, const char *name, size_t len)
{
    char                  key[32];
    json_t               *member;
    ngx_str_t             value;
    const vz_settings_t  *settings = vz_settings();

    ngx_str_null(&value);

    if (len >= sizeof(key)) {
        return value;
    }

    ngx_cpystrn((u_char *) key, (u_char *) name, len + 1);

    if (ngx_strcmp(key, "brand") == 0) {
        return settings->brand;
    }

    if (ngx_strcmp(key, "url") == 0) {
        return settings->public_url;
    }

    member = json_object_get(data, key);

    if (json_is_string(member)) {
        value.data = (u_char *) json_string_value(member);
        value.len = json_string_length(member);
    }

    return value;
}

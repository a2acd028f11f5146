/*
 * The texts of mails, in the languages of the panel.
 */

#ifndef VZ_MAIL_TEXT_H
#define VZ_MAIL_TEXT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>


/*
 * vz_mail_text: the subject and body of a template in a language, from pool.
 * Each {name} is replaced by that member of data; {brand} and {url} are the
 * panel's own; a missing member becomes an empty text.  An unknown language is
 * Spanish.  NGX_OK; NGX_DECLINED where there is no such template; NGX_ERROR
 * without memory.
 */
ngx_int_t vz_mail_text(ngx_pool_t *pool, const ngx_str_t *template,
    const ngx_str_t *language, json_t *data, ngx_str_t *subject,
    ngx_str_t *body);


#endif /* VZ_MAIL_TEXT_H */

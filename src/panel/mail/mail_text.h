/*
 * What mails say, in the languages of the panel.
 */

#ifndef VZ_MAIL_TEXT_H
#define VZ_MAIL_TEXT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>


/*
 * vz_mail_text: subject and body of a template in a language, with each
 * {name} replaced by the member of data, or of the panel's own: {brand} and
 * {url}.  What is missing becomes nothing.  NGX_DECLINED where there is no
 * such template; an unknown language reads Spanish.
 */
ngx_int_t vz_mail_text(ngx_pool_t *pool, const ngx_str_t *template,
    const ngx_str_t *language, json_t *data, ngx_str_t *subject,
    ngx_str_t *body);


#endif /* VZ_MAIL_TEXT_H */

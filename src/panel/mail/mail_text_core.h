/*
 * What the files of mail texts share.
 */

#ifndef VZ_MAIL_TEXT_CORE_H
#define VZ_MAIL_TEXT_CORE_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    const char  *template;
    const char  *language;
    const char  *subject;
    const char  *body;
} vz_mail_text_t;


/* what owners of accounts are told of them, up to a template that is NULL */
extern const vz_mail_text_t  vz_mail_text_account[];


#endif /* VZ_MAIL_TEXT_CORE_H */

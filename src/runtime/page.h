/*
 * The pages: files of one folder, served by nginx's own static module.
 */

#ifndef VZ_PAGE_H
#define VZ_PAGE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * vz_page_conf: at configuration, make the location serve the folder path as
 * if by alias.  NULL, or what is wrong with it, as the end of a sentence.
 */
const char *vz_page_conf(ngx_conf_t *cf, ngx_str_t *path);

/*
 * vz_page_handler: in the precontent phase of such a location.  What names an
 * asset stays as it is, every other path becomes index.html, the
 * application's router, or is left to shell where that is one and a fiber is
 * to be had; both get their type and the security headers.  A path with a
 * folder in it is never index.html, but the shell's to refuse.  NGX_DECLINED
 * for the content phase to go on, or a status.
 */
ngx_int_t vz_page_handler(ngx_http_request_t *r, ngx_http_handler_pt shell);


#endif /* VZ_PAGE_H */

/*
 * The pages: files of one folder, served by nginx's own static module.
 */

#ifndef VZ_PAGE_H
#define VZ_PAGE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * vz_page_conf: at configuration, make the location serve the folder path as if
 * by alias.  NULL, or what is wrong with the path, as the end of a sentence.
 */
const char *vz_page_conf(ngx_conf_t *cf, ngx_str_t *path);

/*
 * vz_page_handler: the precontent phase of such a location.  The path of an
 * asset stays as it is; every other path becomes index.html, or is handed to
 * shell where that is not NULL and a fiber is free.  Both get their type and
 * the security headers.  A path with a folder in it never becomes index.html:
 * the shell refuses it.  NGX_DECLINED lets the content phase go on; else a
 * status.
 */
ngx_int_t vz_page_handler(ngx_http_request_t *r, ngx_http_handler_pt shell);


#endif /* VZ_PAGE_H */

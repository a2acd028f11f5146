/*
 * QR codes, drawn as a path of SVG.  By libqrencode.
 */

#ifndef VZ_QR_H
#define VZ_QR_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_qr_path: the path's "d" attribute of a QR code of text, from pool, and how
 * many modules it is wide, without the four of margin that it needs around.  A
 * module is one unit; each run of dark ones is a rectangle.  NGX_OK; NGX_ERROR
 * where the text is too long or memory is short.
 */
ngx_int_t vz_qr_path(ngx_pool_t *pool, const ngx_str_t *text, ngx_str_t *path,
    ngx_uint_t *size);


#endif /* VZ_QR_H */

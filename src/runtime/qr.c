/*
 * QR codes.
 */

#include <qrencode.h>
#include "runtime/qr.h"


#define VZ_QR_RUN  sizeof("M177 177h177v1h-177z")   /* the largest has 177 */


static u_char *vz_qr_row(u_char *p, const unsigned char *row, ngx_uint_t y,
    ngx_uint_t width);


ngx_int_t
vz_qr_path(ngx_pool_t *pool, const ngx_str_t *text, ngx_str_t *path,
    ngx_uint_t *size)
{
    u_char      *p;
    QRcode      *code;
    ngx_uint_t   y;

    code = QRcode_encodeData((int) text->len, text->data, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return NGX_ERROR;
    }

    *size = code->width;

    /* every second module of a row can begin a run */
    path->data = ngx_pnalloc(pool,
                             *size * ((*size + 1) / 2) * VZ_QR_RUN);

    if (path->data == NULL) {
        QRcode_free(code);
        return NGX_ERROR;
    }

    p = path->data;

    for (y = 0; y < *size; y++) {
        p = vz_qr_row(p, code->data + y * *size, y, *size);
    }

    path->len = p - path->data;
    QRcode_free(code);

    return NGX_OK;
}


/* the lowest bit of a module's byte: it is dark */

static u_char *
vz_qr_row(u_char *p, const unsigned char *row, ngx_uint_t y, ngx_uint_t width)
{
    ngx_uint_t  x, from;

    for (x = 0; x < width; x++) {
        if (!(row[x] & 1)) {
            continue;
        }

        from = x;

        while (x < width && (row[x] & 1)) {
            x++;
        }

        p = ngx_sprintf(p, "M%ui %uih%uiv1h-%uiz", from, y, x - from,
                        x - from);
    }

    return p;
}

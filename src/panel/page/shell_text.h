/*
 * The files that a page is made of: index.html in pieces, and the texts of the
 * pages, both read again when index.html changes.
 */

#ifndef VZ_SHELL_TEXT_H
#define VZ_SHELL_TEXT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>


/* what is written into index.html, in the order of vz_shell_marks */
typedef enum {
    VZ_SHELL_LANGUAGE = 0,
    VZ_SHELL_TITLE,
    VZ_SHELL_HEAD,
    VZ_SHELL_HEADER,
    VZ_SHELL_MAIN,

    VZ_SHELL_SLOTS,
    VZ_SHELL_END = VZ_SHELL_SLOTS
} vz_shell_slot_e;

#define VZ_SHELL_PIECES  16

typedef struct {
    ngx_str_t        text;          /* as it is, and then */
    vz_shell_slot_e  slot;          /* this, or the end */
} vz_shell_piece_t;

typedef struct {
    ngx_pool_t        *pool;
    time_t             mtime;
    off_t              size;
    vz_shell_piece_t   pieces[VZ_SHELL_PIECES];
    ngx_str_t          brand;       /* as they stand in index.html: escaped */
    ngx_str_t          contact;
    json_t            *texts[2];    /* es, en */
} vz_shell_text_t;


/*
 * vz_shell_text: of the folder of pages, NULL where it can't be read.  Good
 * until the next call; pool is for this one alone.
 */
const vz_shell_text_t *vz_shell_text(const ngx_str_t *folder,
    ngx_pool_t *pool);

/*
 * vz_shell_text_word: a text by its key, in Spanish or (en) English; "" for
 * none.
 */
ngx_str_t vz_shell_text_word(const vz_shell_text_t *text, ngx_uint_t en,
    const char *key);

/* vz_shell_text_free: worker stop. */
void vz_shell_text_free(void);


#endif /* VZ_SHELL_TEXT_H */

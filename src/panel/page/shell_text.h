/*
 * The files that a page is made of: index.html, cut at its marks, and the texts
 * of the pages.  Both are read again when index.html changes.
 */

#ifndef VZ_SHELL_TEXT_H
#define VZ_SHELL_TEXT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <jansson.h>


/* What is filled into index.html, in the order of vz_shell_marks. */
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
    ngx_str_t        text;          /* is sent as it stands */
    vz_shell_slot_e  slot;          /* follows it, or the end */
} vz_shell_piece_t;

typedef struct {
    ngx_pool_t        *pool;
    time_t             mtime;
    off_t              size;
    vz_shell_piece_t   pieces[VZ_SHELL_PIECES];
    ngx_str_t          brand;       /* from index.html, escaped as there */
    ngx_str_t          contact;     /* the same */
    json_t            *texts[2];    /* es, en */
} vz_shell_text_t;


/*
 * vz_shell_text: the files of the folder of pages; NULL where they can't be
 * read.  The result is valid until the next call; pool is for this call's own
 * use.
 */
const vz_shell_text_t *vz_shell_text(const ngx_str_t *folder,
    ngx_pool_t *pool);

/*
 * vz_shell_text_word: a text by its key, in Spanish, or in English (en); "" for
 * an unknown key.
 */
ngx_str_t vz_shell_text_word(const vz_shell_text_t *text, ngx_uint_t en,
    const char *key);

/* vz_shell_text_free: worker stop. */
void vz_shell_text_free(void);


#endif /* VZ_SHELL_TEXT_H */

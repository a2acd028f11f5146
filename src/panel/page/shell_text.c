/*
 * index.html and its texts.  Each worker reads them once, and checks for each
 * page whether index.html has changed, as nginx does with a file it sends.
 */

#include "panel/page/shell_text.h"


#define VZ_SHELL_MAX  (256 * 1024)


static ngx_int_t vz_shell_read(vz_shell_text_t *text, const ngx_str_t *folder,
    ngx_pool_t *pool);
static u_char *vz_shell_path_of(ngx_pool_t *pool, const ngx_str_t *folder,
    const char *name);
static u_char *vz_shell_file(ngx_pool_t *pool, const u_char *path, size_t size,
    ngx_log_t *log);
static void vz_shell_cut(vz_shell_text_t *text, u_char *file);
static ngx_str_t vz_shell_meta(const u_char *file, const char *name);
static void vz_shell_clear(vz_shell_text_t *text);


/* as they are in index.html, which also works without the module */

static const ngx_str_t  vz_shell_marks[VZ_SHELL_SLOTS] = {
    ngx_string("<html lang=\"es\">"),
    ngx_string("<title>vzpanel</title>"),
    ngx_string("<!--vz:head-->"),
    ngx_string("<!--vz:header-->"),
    ngx_string("<!--vz:main-->")
};

static vz_shell_text_t  vz_shell_kept;


const vz_shell_text_t *
vz_shell_text(const ngx_str_t *folder, ngx_pool_t *pool)
{
    u_char           *path;
    ngx_file_info_t   info;
    vz_shell_text_t  *text;

    text = &vz_shell_kept;

    path = vz_shell_path_of(pool, folder, "index.html");

    if (path == NULL || ngx_file_info(path, &info) == NGX_FILE_ERROR) {
        return text->pool != NULL ? text : NULL;
    }

    if (text->pool != NULL && text->mtime == ngx_file_mtime(&info)
        && text->size == ngx_file_size(&info))
    {
        return text;
    }

    vz_shell_clear(text);

    text->mtime = ngx_file_mtime(&info);
    text->size = ngx_file_size(&info);

    if (vz_shell_read(text, folder, pool) != NGX_OK) {
        vz_shell_clear(text);
        return NULL;
    }

    return text;
}


ngx_str_t
vz_shell_text_word(const vz_shell_text_t *text, ngx_uint_t en, const char *key)
{
    json_t     *value;
    ngx_str_t   word;

    ngx_str_null(&word);

    value = json_object_get(text->texts[en], key);

    if (json_is_string(value)) {
        word.data = (u_char *) json_string_value(value);
        word.len = json_string_length(value);
    }

    return word;
}


void
vz_shell_text_free(void)
{
    vz_shell_clear(&vz_shell_kept);
}


static ngx_int_t
vz_shell_read(vz_shell_text_t *text, const ngx_str_t *folder,
    ngx_pool_t *pool)
{
    u_char      *path, *file;
    ngx_uint_t   i;

    static const char  *words[] = { "i18n/es.json", "i18n/en.json" };

    if (text->size <= 0 || text->size > VZ_SHELL_MAX) {
        return NGX_ERROR;
    }

    text->pool = ngx_create_pool(4096, ngx_cycle->log);
    if (text->pool == NULL) {
        return NGX_ERROR;
    }

    path = vz_shell_path_of(pool, folder, "index.html");
    file = path != NULL ? vz_shell_file(text->pool, path, (size_t) text->size,
                                        pool->log)
                        : NULL;
    if (file == NULL) {
        return NGX_ERROR;
    }

    /* without its texts a page is still shown */

    for (i = 0; i < 2; i++) {
        path = vz_shell_path_of(pool, folder, words[i]);
        text->texts[i] = path != NULL ? json_load_file((char *) path, 0, NULL)
                                      : NULL;
    }

    text->brand = vz_shell_meta(file, "vzpanel-brand");
    text->contact = vz_shell_meta(file, "vzpanel-contact");

    if (text->brand.len == 0) {
        ngx_str_set(&text->brand, "vzpanel");
    }

    vz_shell_cut(text, file);

    return NGX_OK;
}


static u_char *
vz_shell_path_of(ngx_pool_t *pool, const ngx_str_t *folder, const char *name)
{
    u_char  *path;

    path = ngx_pnalloc(pool, folder->len + ngx_strlen(name) + 2);

    if (path != NULL) {
        (void) ngx_sprintf(path, "%V/%s%Z", folder, name);
    }

    return path;
}


static u_char *
vz_shell_file(ngx_pool_t *pool, const u_char *path, size_t size,
    ngx_log_t *log)
{
    u_char    *data;
    ssize_t    n;
    ngx_fd_t   fd;

    data = ngx_pnalloc(pool, size + 1);
    if (data == NULL) {
        return NULL;
    }

    fd = ngx_open_file(path, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      ngx_open_file_n " \"%s\" failed", path);
        return NULL;
    }

    n = ngx_read_fd(fd, data, size);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", path);
    }

    /* the file is half written: it is read again for the next page */

    if (n != (ssize_t) size || memchr(data, '\0', size) != NULL) {
        return NULL;
    }

    data[size] = '\0';

    return data;
}


static void
vz_shell_cut(vz_shell_text_t *text, u_char *file)
{
    u_char            *p, *found, *next;
    ngx_uint_t         i;
    vz_shell_piece_t  *piece;

    p = file;
    piece = text->pieces;

    for ( ;; ) {
        next = NULL;
        piece->slot = VZ_SHELL_END;

        for (i = 0; i < VZ_SHELL_SLOTS; i++) {
            found = (u_char *) ngx_strstr(p, vz_shell_marks[i].data);

            if (found != NULL && (next == NULL || found < next)) {
                next = found;
                piece->slot = (vz_shell_slot_e) i;
            }
        }

        piece->text.data = p;

        if (next == NULL || piece == &text->pieces[VZ_SHELL_PIECES - 1]) {
            piece->slot = VZ_SHELL_END;
            piece->text.len = ngx_strlen(p);
            return;
        }

        piece->text.len = next - p;
        p = next + vz_shell_marks[piece->slot].len;
        piece++;
    }
}


/* <meta name="NAME" content="...">, as the pages read it */

static ngx_str_t
vz_shell_meta(const u_char *file, const char *name)
{
    u_char     *p, *end;
    u_char      head[64];
    ngx_str_t   value;

    ngx_str_null(&value);

    (void) ngx_snprintf(head, sizeof(head),
                        "<meta name=\"%s\" content=\"%Z", name);

    p = (u_char *) ngx_strstr(file, head);
    if (p == NULL) {
        return value;
    }

    p += ngx_strlen(head);
    end = (u_char *) ngx_strchr(p, '"');

    if (end != NULL && memchr(p, '<', end - p) == NULL) {
        value.data = p;
        value.len = end - p;
    }

    return value;
}


static void
vz_shell_clear(vz_shell_text_t *text)
{
    json_decref(text->texts[0]);
    json_decref(text->texts[1]);

    if (text->pool != NULL) {
        ngx_destroy_pool(text->pool);
    }

    ngx_memzero(text, sizeof(vz_shell_text_t));
}

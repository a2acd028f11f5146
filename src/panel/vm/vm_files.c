/*
 * Files of a container's copies.  What a copy names, a guest has named.
 */

#include "panel/api/strlist.h"
#include "panel/vm/traffic_month.h"
#include "panel/vm/vm_files.h"
#include "runtime/db.h"
#include "runtime/download.h"
#include "runtime/fiber.h"
#include "runtime/relay_stream.h"
#include "runtime/utf8.h"


#define VZ_VM_FILES_PATH  1800      /* bytes, of VZ_BODY_BYTES */
#define VZ_VM_FILES_NAME  1024


/* Bytes that went to somebody. */
typedef struct {
    uint64_t        vm;
    uint64_t        bytes;
} vz_vm_files_sent_t;


static ngx_int_t vz_vm_files_step(const u_char **p, const u_char *end,
    u_char *c);
static void vz_vm_files_entry(vz_call_t *call, vz_json_t *out,
    const ngx_str_t *line);
static ngx_str_t vz_vm_files_name(vz_call_t *call, ngx_str_t coded);
static ngx_str_t vz_vm_files_disposition(vz_call_t *call,
    const ngx_str_t *path, ngx_uint_t folder);
static void vz_vm_files_refuse(vz_call_t *call, const vz_vm_files_t *what,
    vz_code_e rc);
static void vz_vm_files_sent(uint64_t vm, uint64_t bytes);
static void vz_vm_files_count(void *data);


static const char *const  vz_vm_files_yes[] = { "1", NULL };

static const vz_query_t  vz_vm_files_arg[] = {
    { "path", VZ_QUERY_TEXT, 1, NULL }
};

static const vz_query_t  vz_vm_file_arg[] = {
    { "path", VZ_QUERY_TEXT, 1, NULL },
    { "folder", VZ_QUERY_WORD, 1, vz_vm_files_yes }
};

const vz_query_args_t  vz_vm_files_args = vz_query_args(vz_vm_files_arg);
const vz_query_args_t  vz_vm_files_take_args = vz_query_args(vz_vm_file_arg);


static const vz_sql_t  vz_vm_files_traffic = vz_sql("download traffic",
    "INSERT INTO vm_traffic (vm_id, month, bytes_out)"
    " SELECT id, " VZ_TRAFFIC_MONTH ", ? FROM vm WHERE id = ?"
    " ON DUPLICATE KEY UPDATE bytes_out = bytes_out + ?");


void
vz_vm_files_list(vz_call_t *call, vz_vm_files_t *what)
{
    vz_code_e     rc;
    vz_json_t    *out;
    ngx_uint_t    i, more;
    vz_answer_t   answer;

    rc = vz_relay_act(what->node->relay, call->pool, &what->act, &answer);

    if (rc != VZ_OK) {
        vz_vm_files_refuse(call, what, rc);
        return;
    }

    more = 0;
    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < answer.nlines; i++) {
        if (vz_relay_pair(&answer.lines[i], "name").len) {
            vz_vm_files_entry(call, out, &answer.lines[i]);
        } else {
            more |= vz_relay_number(&answer.lines[i], "more") != 0;
        }
    }

    vz_json_close(out);
    vz_json_bool(out, "more", more);
    vz_json_null(out, "next");
    vz_json_close(out);
}


void
vz_vm_files_take(vz_call_t *call, vz_vm_files_t *what)
{
    vz_code_e            rc;
    ngx_str_t            folder;
    vz_answer_t          answer;
    vz_relay_stream_t   *stream;

    rc = vz_download_place(call);

    if (rc == VZ_OK) {
        rc = vz_relay_stream_open(what->node->relay, call->pool, &what->act,
                                  &answer, &stream);
    } else {
        rc = VZ_OVERLOADED;
    }

    if (rc != VZ_OK) {
        vz_vm_files_refuse(call, what, rc);
        return;
    }

    folder = vz_call_arg(call, "folder");

    rc = vz_download_open(call, stream,
                          vz_vm_files_disposition(call, &what->path,
                                                  folder.len != 0),
                          vz_vm_files_sent, what->vm);

    if (rc != VZ_OK) {
        vz_call_fault(call, "panel", rc);
    }
}


void
vz_vm_files_act(vz_vm_files_t *what, vz_verb_e verb, ngx_uint_t argc)
{
    what->act.verb = verb;
    what->act.argc = argc;
    what->act.argv = what->argv;
    what->act.body = &what->path;
    what->act.nbody = 1;
}


/*
 * One way to write each: what needs no %XX has none, so that "." and ".." are
 * seen as they are.
 */

vz_code_e
vz_vm_files_path(vz_call_t *call, ngx_str_t *path)
{
    u_char         c;
    ngx_uint_t     dots, length, wrong;
    const u_char  *p, *end;

    *path = vz_call_arg(call, "path");

    if (path->len == 0) {
        ngx_str_set(path, "/");
    }

    p = path->data;
    end = p + path->len;
    wrong = path->len > VZ_VM_FILES_PATH || *p != '/';
    dots = 0;
    length = 0;

    while (!wrong && p < end) {
        if (*p == '/') {
            wrong = length && dots == length && length <= 2;
            dots = 0;
            length = 0;
            p++;
            continue;
        }

        wrong = vz_vm_files_step(&p, end, &c) != NGX_OK;
        dots += (c == '.');
        length++;
    }

    if (!wrong && !(length && dots == length && length <= 2)) {
        return VZ_OK;
    }

    vz_call_invalid(call, "path", "format", "must begin with / and have "
                    "neither . nor .. in it, and %%XX for each byte that is "
                    "none of A-Z a-z 0-9 . _ -");
    vz_call_refuse(call);

    return VZ_RANGE;
}


static ngx_int_t
vz_vm_files_step(const u_char **p, const u_char *end, u_char *c)
{
    u_char      first;
    ngx_int_t   value;
    ngx_uint_t  plain;

    first = *(*p)++;
    *c = first;

    if (first == '%') {
        value = end - *p < 2 ? NGX_ERROR : ngx_hextoi((u_char *) *p, 2);

        if (value <= 0) {
            return NGX_ERROR;
        }

        *c = value;
        *p += 2;
    }

    plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')
            || (*c >= '0' && *c <= '9') || *c == '.' || *c == '_'
            || *c == '-';

    return *c != '/' && plain == (first != '%') ? NGX_OK : NGX_ERROR;
}


static void
vz_vm_files_entry(vz_call_t *call, vz_json_t *out, const ngx_str_t *line)
{
    ngx_str_t  text;

    vz_json_object(out, NULL);

    text = vz_relay_pair(line, "name");
    vz_json_text(out, "path", &text);
    text = vz_vm_files_name(call, text);
    vz_json_text(out, "name", &text);
    text = vz_relay_pair(line, "type");
    vz_json_text(out, "type", &text);
    vz_json_uint(out, "bytes", vz_relay_number(line, "size"));
    text = vz_relay_pair(line, "mtime");
    text.len = vz_strlist_is(&text, "-") ? 0 : text.len;
    vz_json_opt(out, "modified", text);
    vz_json_opt(out, "mode", vz_relay_pair(line, "mode"));
    vz_json_close(out);
}


/* as people read it: one that is no text stays as it is written */

static ngx_str_t
vz_vm_files_name(vz_call_t *call, ngx_str_t coded)
{
    u_char     *src, *dst;
    size_t      i;
    ngx_str_t   name;

    name.data = ngx_pnalloc(call->pool, coded.len + 1);

    if (name.data == NULL || coded.len > VZ_VM_FILES_NAME) {
        return coded;
    }

    dst = name.data;
    src = coded.data;
    ngx_unescape_uri(&dst, &src, coded.len, 0);
    name.len = dst - name.data;

    for (i = 0; i < name.len; i++) {
        if (name.data[i] < 0x20 || name.data[i] == 0x7f) {
            return coded;
        }
    }

    return vz_utf8(&name) ? name : coded;
}


/*
 * What the browser stores it as: plain ASCII for old ones, and by RFC 8187 what
 * it is called, whose %XX are the path's own.
 */

static ngx_str_t
vz_vm_files_disposition(vz_call_t *call, const ngx_str_t *path,
    ngx_uint_t folder)
{
    u_char      *p, *plain;
    size_t       len, i;
    ngx_str_t    name;
    const char  *end;

    name = *path;

    while (name.len && name.data[name.len - 1] == '/') {
        name.len--;
    }

    for (p = name.data + name.len; p > name.data && p[-1] != '/'; p--) {
        /* void */
    }

    name.len -= p - name.data;
    name.data = p;

    if (name.len == 0) {
        ngx_str_set(&name, "root");
    }

    end = folder ? ".tar" : "";
    plain = ngx_pnalloc(call->pool, name.len);

    if (plain == NULL) {
        name.len = 0;
        return name;
    }

    for (i = 0, len = 0; i < name.len; i++) {
        if (name.data[i] == '%') {
            plain[len++] = '_';
            i += 2;

        } else {
            plain[len++] = name.data[i];
        }
    }

    p = vz_vm_files_name(call, name).data;

    return p == name.data && ngx_strlchr(name.data, name.data + name.len, '%')
           ? vz_call_printf(call, "filename=\"%*s%s\"", len, plain, end)
           : vz_call_printf(call, "filename=\"%*s%s\"; filename*=UTF-8''%V%s",
                            len, plain, end, &name, end);
}


static void
vz_vm_files_refuse(vz_call_t *call, const vz_vm_files_t *what, vz_code_e rc)
{
    switch (rc) {

    case VZ_NOENT:
        vz_call_problem(call, NGX_HTTP_NOT_FOUND, "no_file",
                        "The %s has nothing of this name.", what->of);
        return;

    case VZ_RANGE:
    case VZ_SYNTAX:
        vz_call_invalid(call, "path", "format", "is none of the node's");
        vz_call_refuse(call);
        return;

    case VZ_OVERLOADED:
    case VZ_BUSY:
        vz_call_busy(call, 10);
        return;

    case VZ_FAILED:
    case VZ_STATE:
    case VZ_UNKNOWN:
    case VZ_UNSUPPORTED:
    case VZ_NOSPACE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "unreadable",
                        "The %s can't be read now: try later.", what->of);
        return;

    default:
        vz_call_fault(call, "node", rc);
    }
}


/* on the main stack: a fiber writes it down */

static void
vz_vm_files_sent(uint64_t vm, uint64_t bytes)
{
    vz_vm_files_sent_t  *sent;

    sent = ngx_alloc(sizeof(vz_vm_files_sent_t), ngx_cycle->log);

    if (sent == NULL) {
        return;
    }

    sent->vm = vm;
    sent->bytes = bytes;

    if (vz_fiber_spawn(vz_vm_files_count, sent) != NGX_OK) {
        ngx_free(sent);
    }
}


static void
vz_vm_files_count(void *data)
{
    ngx_pool_t              *pool;
    vz_vm_files_sent_t  *sent = data;

    pool = ngx_create_pool(1024, ngx_cycle->log);

    if (pool != NULL) {
        (void) vz_db_query(NULL, pool, &vz_vm_files_traffic,
                           vz_binds(vz_int(sent->bytes), vz_int(sent->vm),
                                    vz_int(sent->bytes)),
                           NULL);
        ngx_destroy_pool(pool);
    }

    ngx_free(sent);
}

/*
 * Pages for clients without scripts: crawlers, previews of links, a phone that
 * has not loaded them yet.  The pages replace these parts by their own.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/order/plan.h"
#include "panel/page/shell.h"
#include "panel/page/shell_text.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/settings.h"


#define VZ_SHELL_DESCRIBED  3       /* plans in a description */
#define VZ_SHELL_TAG        16      /* bytes of the ETag */


typedef struct {
    const char  *path;
    const char  *title;
    ngx_uint_t   own;               /* not for search engines */
} vz_shell_path_t;

typedef struct {
    vz_call_t                *call;
    const vz_shell_text_t    *text;
    ngx_uint_t                en;
    const vz_shell_path_t    *path;         /* NULL: there is no such page */
    vz_plan_t                *plans;
    ngx_uint_t                nplans;
    ngx_uint_t                soon;
    ngx_str_t                 title;        /* escaped, as all below */
    ngx_str_t                 description;
} vz_shell_t;

typedef ngx_str_t (*vz_shell_pt)(vz_shell_t *shell);


static const vz_shell_path_t *vz_shell_path(const ngx_str_t *path);
static void vz_shell_describe(vz_shell_t *shell);
static void vz_shell_write(vz_shell_t *shell);
static ngx_str_t vz_shell_language(vz_shell_t *shell);
static ngx_str_t vz_shell_title(vz_shell_t *shell);
static ngx_str_t vz_shell_head(vz_shell_t *shell);
static ngx_str_t vz_shell_base(vz_shell_t *shell);
static ngx_str_t vz_shell_header(vz_shell_t *shell);
static ngx_str_t vz_shell_main(vz_shell_t *shell);
static ngx_str_t vz_shell_offer(vz_shell_t *shell);
static ngx_str_t vz_shell_card(vz_shell_t *shell, const vz_plan_t *plan);
static ngx_str_t vz_shell_traffic(vz_shell_t *shell,
    const vz_plan_t *plan);
static ngx_str_t vz_shell_reach(vz_shell_t *shell);
static ngx_str_t vz_shell_size(vz_shell_t *shell, int64_t mib);
static ngx_str_t vz_shell_decimal(vz_shell_t *shell, int64_t hundredths);
static ngx_str_t vz_shell_say(vz_shell_t *shell, const char *key);
static ngx_str_t vz_shell_fill(vz_shell_t *shell, const char *key,
    ngx_str_t n);
static ngx_str_t vz_shell_escape(vz_shell_t *shell, const ngx_str_t *text);


/* the paths that html/js/app.js has */

static const vz_shell_path_t  vz_shell_paths[] = {
    { "/", "nav.plans", 0 },
    { "/order", "order.title", 0 },
    { "/contact", "nav.contact", 0 },
    { "/signin", "nav.signin", 0 },
    { "/reset", "reset.title", 1 },
    { "/email", "nav.account", 1 },
    { "/status", "nav.status", 1 },
    { "/server", "nav.status", 1 },
    { "/trash", "nav.status", 1 },
    { "/hardware", "nav.status", 1 },
    { "/administration", "nav.administration", 1 },
    { "/node", "nav.administration", 1 },
    { "/tasks", "nav.tasks", 1 },
    { "/account", "nav.account", 1 },
    { NULL, NULL, 0 }
};

static const vz_shell_pt  vz_shell_slots[VZ_SHELL_SLOTS] = {
    [VZ_SHELL_LANGUAGE] = vz_shell_language,
    [VZ_SHELL_TITLE] = vz_shell_title,
    [VZ_SHELL_HEAD] = vz_shell_head,
    [VZ_SHELL_HEADER] = vz_shell_header,
    [VZ_SHELL_MAIN] = vz_shell_main
};


void
vz_shell_show(vz_call_t *call)
{
    ngx_str_t   language;
    vz_shell_t  shell;

    static const ngx_str_t  no_cache = ngx_string("no-cache");
    static const ngx_str_t  vary = ngx_string("Accept-Language");

    ngx_memzero(&shell, sizeof(vz_shell_t));

    language = vz_strlist_language(&call->accept_language);

    shell.call = call;
    shell.en = (language.data[1] == 'n');
    shell.path = vz_shell_path(&call->path);

    /* do first what may wait: the text is valid until the next page */

    if (shell.path == vz_shell_paths) {
        shell.nplans = vz_plan_offer(call->pool, &shell.plans,
                                     &shell.soon);
    }

    shell.text = vz_shell_text(&vz_settings()->html, call->pool);

    if (shell.text == NULL) {
        vz_call_problem(call, NGX_HTTP_INTERNAL_SERVER_ERROR, "internal",
                        "The pages can't be read; it was logged.");
        return;
    }

    vz_shell_describe(&shell);
    vz_shell_write(&shell);

    vz_call_header(call, "Cache-Control", no_cache);
    vz_call_header(call, "Vary", vary);
}


void
vz_shell_exit(void)
{
    vz_shell_text_free();
}


static const vz_shell_path_t *
vz_shell_path(const ngx_str_t *path)
{
    const vz_shell_path_t  *one;

    for (one = vz_shell_paths; one->path != NULL; one++) {
        if (vz_strlist_is(path, one->path)) {
            return one;
        }
    }

    return NULL;
}


static void
vz_shell_describe(vz_shell_t *shell)
{
    ngx_str_t    name, memory, disk;
    ngx_uint_t   i;
    vz_call_t   *call;

    call = shell->call;
    name = vz_shell_say(shell, shell->path ? shell->path->title
                                           : "notfound.title");

    shell->title = vz_call_printf(call, "%V · %V", &name, &shell->text->brand);
    shell->description = vz_shell_say(shell, shell->path ? "plans.tagline"
                                                         : "notfound.text");

    for (i = 0; i < shell->nplans && i < VZ_SHELL_DESCRIBED && !shell->soon;
         i++)
    {
        name = vz_shell_escape(shell, &shell->plans[i].name);
        memory = vz_shell_size(shell, shell->plans[i].memory_mib);
        disk = vz_shell_size(shell, shell->plans[i].disk_mib);

        shell->description = vz_call_printf(call, "%V %V: %V, %V.",
                                            &shell->description, &name,
                                            &memory, &disk);
    }
}


static void
vz_shell_write(vz_shell_t *shell)
{
    u_char                   *p, hash[32], hex[2 * VZ_SHELL_TAG];
    size_t                    len;
    ngx_str_t                 page, tag, slots[VZ_SHELL_SLOTS];
    vz_call_t                *call;
    ngx_uint_t                i;
    vz_json_t                *out;
    const vz_shell_piece_t   *piece;

    call = shell->call;
    len = 0;

    for (i = 0; i < VZ_SHELL_SLOTS; i++) {
        slots[i] = vz_shell_slots[i](shell);
    }

    for (piece = shell->text->pieces; piece->slot != VZ_SHELL_END; piece++) {
        len += piece->text.len + slots[piece->slot].len;
    }

    len += piece->text.len;

    page.len = len;
    page.data = ngx_pnalloc(call->pool, len);

    if (page.data == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    p = page.data;

    for (piece = shell->text->pieces; piece->slot != VZ_SHELL_END; piece++) {
        p = ngx_cpymem(p, piece->text.data, piece->text.len);
        p = ngx_cpymem(p, slots[piece->slot].data, slots[piece->slot].len);
    }

    (void) ngx_cpymem(p, piece->text.data, piece->text.len);

    vz_crypt_sha256(page.data, page.len, hash);
    (void) ngx_hex_dump(hex, hash, VZ_SHELL_TAG);
    tag.data = hex;
    tag.len = sizeof(hex);

    out = vz_call_reply(call, shell->path ? NGX_HTTP_OK : NGX_HTTP_NOT_FOUND);
    vz_call_etag(call, &tag);
    ngx_str_set(&call->type, "text/html");
    vz_json_static(out, NULL, &page);
}


static ngx_str_t
vz_shell_language(vz_shell_t *shell)
{
    return vz_call_printf(shell->call, "<html lang=\"%s\">",
                          shell->en ? "en" : "es");
}


static ngx_str_t
vz_shell_title(vz_shell_t *shell)
{
    return vz_call_printf(shell->call, "<title>%V</title>", &shell->title);
}


static ngx_str_t
vz_shell_head(vz_shell_t *shell)
{
    ngx_str_t         address;
    const ngx_str_t  *url;

    url = &vz_settings()->public_url;
    ngx_str_null(&address);

    if (shell->path == NULL || shell->path->own) {
        address = vz_shell_base(shell);

        return vz_call_printf(shell->call,
                              "<meta name=\"robots\" content=\"noindex\">%V",
                              &address);
    }

    if (url->len != 0) {
        address = vz_shell_escape(shell, url);
        address = vz_call_printf(shell->call,
                                 "\n<link rel=\"canonical\" href=\"%V%s\">\n"
                                 "<meta property=\"og:url\" "
                                 "content=\"%V%s\">",
                                 &address, shell->path->path,
                                 &address, shell->path->path);
    }

    return vz_call_printf(shell->call,
                          "<meta name=\"description\" content=\"%V\">\n"
                          "<meta property=\"og:type\" content=\"website\">\n"
                          "<meta property=\"og:site_name\" content=\"%V\">\n"
                          "<meta property=\"og:title\" content=\"%V\">\n"
                          "<meta property=\"og:description\" content=\"%V\">%V",
                          &shell->description, &shell->text->brand,
                          &shell->title, &shell->description, &address);
}


/*
 * index.html names its files as from the folder of the pages: a path in a
 * folder of its own, of which there is none, says where that is, as the
 * browser sees it.
 */

static ngx_str_t
vz_shell_base(vz_shell_t *shell)
{
    u_char     *p, *end;
    ngx_str_t   folder;

    folder = shell->call->path;
    end = folder.data + folder.len;

    if (folder.len == 0 || ngx_strlchr(folder.data + 1, end, '/') == NULL) {
        ngx_str_null(&folder);
        return folder;
    }

    folder = vz_settings()->public_url;
    end = folder.data + folder.len;
    p = ngx_strnstr(folder.data, "://", folder.len);

    if (p == NULL) {
        folder = shell->call->prefix;
    } else {
        p = ngx_strlchr(p + 3, end, '/');
        folder.data = p ? p : end;
        folder.len = end - folder.data;
    }

    folder = vz_shell_escape(shell, &folder);

    return vz_call_printf(shell->call, "\n<base href=\"%V/\">", &folder);
}


/* as the pages show it to a visitor */

static ngx_str_t
vz_shell_header(vz_shell_t *shell)
{
    ngx_str_t  plans, contact, signin, order;

    plans = vz_shell_say(shell, "nav.plans");
    contact = vz_shell_say(shell, "nav.contact");
    signin = vz_shell_say(shell, "nav.signin");
    order = vz_shell_say(shell, "nav.order");

    return vz_call_printf(shell->call,
                          "<div class=\"header-row\">"
                          "<a class=\"brand\" href=\".\">%V</a>"
                          "<nav class=\"menu\"><div class=\"menu-part\">"
                          "<a class=\"nav-link\" href=\".\">%V</a>"
                          "<a class=\"nav-link\" href=\"contact\">%V</a></div>"
                          "<div class=\"menu-part menu-end\">"
                          "<a class=\"nav-link\" href=\"signin\">%V</a></div>"
                          "</nav><a class=\"button primary small header-order\""
                          " href=\"order\">%V</a></div>",
                          &shell->text->brand, &plans, &contact, &signin,
                          &order);
}


static ngx_str_t
vz_shell_main(vz_shell_t *shell)
{
    ngx_str_t  head, lead, offer, reach;

    ngx_str_null(&offer);

    head = vz_shell_say(shell, shell->path ? shell->path->title
                                           : "notfound.title");
    lead = shell->path == vz_shell_paths || shell->path == NULL
           ? vz_shell_say(shell, shell->path ? "plans.tagline"
                                             : "notfound.text")
           : offer;
    ngx_str_null(&reach);

    if (shell->path == vz_shell_paths) {
        offer = vz_shell_offer(shell);
    }

    if (shell->path != NULL && !shell->path->own) {
        reach = vz_shell_reach(shell);
    }

    return vz_call_printf(shell->call,
                          "<div class=\"page\" data-served>"
                          "<header class=\"hero\"><h1>%V</h1><p>%V</p></header>"
                          "%V%V</div>",
                          &head, &lead, &offer, &reach);
}


static ngx_str_t
vz_shell_offer(vz_shell_t *shell)
{
    ngx_str_t    all, card;
    ngx_uint_t   i;

    ngx_str_null(&all);

    if (shell->soon) {
        all = vz_shell_say(shell, "plans.soon");

        return vz_call_printf(shell->call,
                              "<section class=\"empty\"><p>%V</p></section>",
                              &all);
    }

    if (shell->nplans == 0) {
        return all;
    }

    for (i = 0; i < shell->nplans; i++) {
        card = vz_shell_card(shell, &shell->plans[i]);
        all = vz_call_printf(shell->call, "%V%V", &all, &card);
    }

    return vz_call_printf(shell->call, "<ul class=\"plans\">%V</ul>", &all);
}


static ngx_str_t
vz_shell_card(vz_shell_t *shell, const vz_plan_t *plan)
{
    u_char      *end;
    ngx_str_t    name, memory, disk, weight, traffic, order, query;
    ngx_str_t    words[3];

    name = vz_shell_escape(shell, &plan->name);
    memory = vz_shell_size(shell, plan->memory_mib);
    disk = vz_shell_size(shell, plan->disk_mib);
    weight = vz_shell_fill(shell, "plan.weight",
                           vz_shell_decimal(shell, plan->cpu_units / 10));
    traffic = vz_shell_traffic(shell, plan);
    order = vz_shell_say(shell, "nav.order");
    words[0] = vz_shell_say(shell, "plan.memory");
    words[1] = vz_shell_say(shell, "plan.disk");
    words[2] = vz_shell_say(shell, "plan.cpu");

    query.len = 0;
    query.data = ngx_pnalloc(shell->call->pool, 3 * plan->name.len + 1);

    if (query.data != NULL) {
        end = (u_char *) ngx_escape_uri(query.data, plan->name.data,
                                        plan->name.len,
                                        NGX_ESCAPE_URI_COMPONENT);
        query.len = end - query.data;
    }

    return vz_call_printf(shell->call,
                          "<li><article class=\"card plan\"><h2>%V</h2>"
                          "<dl class=\"figures\">"
                          "<div class=\"figure\"><dt>%V</dt><dd>%V</dd></div>"
                          "<div class=\"figure\"><dt>%V</dt><dd>%V</dd></div>"
                          "<div class=\"figure\"><dt>%V</dt><dd>%V</dd></div>"
                          "%V</dl><a class=\"button primary\""
                          " href=\"order?plan=%V\">%V</a></article></li>",
                          &name, &words[0], &memory, &words[1], &disk,
                          &words[2], &weight, &traffic, &query, &order);
}


/* nothing where it is unlimited, as the pages have it */

static ngx_str_t
vz_shell_traffic(vz_shell_t *shell, const vz_plan_t *plan)
{
    ngx_str_t  words, size;

    if (plan->traffic_gib == VZ_LIMIT_NONE) {
        ngx_str_set(&words, "");
        return words;
    }

    words = vz_shell_say(shell, "plan.traffic");
    size = vz_shell_fill(shell, "plan.traffic.month",
                         vz_shell_size(shell, plan->traffic_gib * 1024));

    return vz_call_printf(shell->call, "<div class=\"figure\"><dt>%V</dt>"
                          "<dd>%V</dd></div>", &words, &size);
}


/* the provider's contact, as the pages read it */

static ngx_str_t
vz_shell_reach(vz_shell_t *shell)
{
    u_char           *p;
    ngx_str_t         words;
    const char       *scheme;
    const ngx_str_t  *to;

    to = &shell->text->contact;

    if (to->len == 0 && !vz_strlist_is(&shell->call->path, "/contact")) {
        words = vz_shell_say(shell, "plans.ask");

        return vz_call_printf(shell->call,
                              "<p><a href=\"contact\">%V</a></p>", &words);
    }

    words = vz_shell_say(shell, to->len ? "contact.text" : "contact.none");

    if (to->len == 0) {
        return vz_call_printf(shell->call, "<p>%V</p>", &words);
    }

    p = memchr(to->data, '@', to->len);
    scheme = ngx_strncmp(to->data, "http://", ngx_min(to->len, 7)) == 0
             || ngx_strncmp(to->data, "https://", ngx_min(to->len, 8)) == 0
             ? "" : p != NULL && memchr(to->data, ':', to->len) == NULL
             ? "mailto:" : NULL;

    if (scheme == NULL) {
        return vz_call_printf(shell->call,
                              "<p>%V <strong>%V</strong></p>", &words, to);
    }

    return vz_call_printf(shell->call,
                          "<p>%V <a href=\"%s%V\" rel=\"noreferrer\">%V</a>"
                          "</p>", &words, scheme, to, to);
}


/* as the pages write it: 64 MB, 1,5 GB */

static ngx_str_t
vz_shell_size(vz_shell_t *shell, int64_t mib)
{
    int64_t       step;
    ngx_str_t     number;
    ngx_uint_t    i;

    static const char  *units[] = { "MB", "GB", "TB" };

    step = 1;

    for (i = 0; i < 2 && mib >= step * 1024; i++) {
        step *= 1024;
    }

    number = vz_shell_decimal(shell, (mib * 10 + step / 2) / step * 10);

    return vz_call_printf(shell->call, "%V %s", &number, units[i]);
}


/* without zeros at its end */

static ngx_str_t
vz_shell_decimal(vz_shell_t *shell, int64_t hundredths)
{
    int64_t      whole, part;
    const char  *mark;

    whole = hundredths / 100;
    part = hundredths % 100;
    mark = shell->en ? "." : ",";

    if (part == 0) {
        return vz_call_printf(shell->call, "%L", whole);
    }

    if (part % 10 == 0) {
        return vz_call_printf(shell->call, "%L%s%L", whole, mark, part / 10);
    }

    return vz_call_printf(shell->call, "%L%s%02L", whole, mark, part);
}


static ngx_str_t
vz_shell_say(vz_shell_t *shell, const char *key)
{
    ngx_str_t  word;

    word = vz_shell_text_word(shell->text, shell->en, key);

    return vz_shell_escape(shell, &word);
}


/* a text with {n} in it */

static ngx_str_t
vz_shell_fill(vz_shell_t *shell, const char *key, ngx_str_t n)
{
    u_char     *p;
    ngx_str_t   text, before, after;

    text = vz_shell_say(shell, key);
    p = ngx_strlcasestrn(text.data, text.data + text.len, (u_char *) "{n}", 2);

    if (p == NULL) {
        return text;
    }

    before.data = text.data;
    before.len = p - text.data;
    after.data = p + 3;
    after.len = text.len - before.len - 3;

    return vz_call_printf(shell->call, "%V%V%V", &before, &n, &after);
}


static ngx_str_t
vz_shell_escape(vz_shell_t *shell, const ngx_str_t *text)
{
    u_char     *end;
    ngx_str_t   out;

    out.len = text->len + ngx_escape_html(NULL, text->data, text->len);
    out.data = ngx_pnalloc(shell->call->pool, out.len + 1);

    if (out.data == NULL) {
        out.len = 0;
        return out;
    }

    end = (u_char *) ngx_escape_html(out.data, text->data, text->len);
    out.len = end - out.data;

    return out;
}

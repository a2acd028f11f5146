/*
 * Parsing query strings by table.
 */

#include "panel/api/people.h"
#include "panel/api/query.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"
#include "runtime/utf8.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_QUERY_PHONE_LEAST  6     /* digits */


typedef vz_code_e (*vz_query_pt)(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);


static vz_code_e vz_query_any_number(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_word(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_some(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_text(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_like_any(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_action(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_account(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_actor(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_time(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_as_number(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_as_dni(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static vz_code_e vz_query_as_phone(vz_call_t *call, const vz_query_t *arg,
    ngx_str_t text, vz_bind_t *value);
static ngx_int_t vz_query_pattern(vz_call_t *call, vz_query_search_t *search);
static ngx_int_t vz_query_instant(const ngx_str_t *text, int64_t *msec);
static ngx_int_t vz_query_zone(const u_char *p, size_t len,
    ngx_int_t *minutes);
static ngx_str_t vz_query_utc(vz_call_t *call, int64_t msec);
static ngx_int_t vz_query_day(const u_char *p);
static ngx_int_t vz_query_digits(const u_char *p, const char *form);


static const vz_query_pt  vz_query_readers[] = {
    [VZ_QUERY_NUMBER] = vz_query_any_number,
    [VZ_QUERY_CURSOR] = vz_query_any_number,
    [VZ_QUERY_LIMIT] = NULL,
    [VZ_QUERY_WORD] = vz_query_word,
    [VZ_QUERY_WORDS] = vz_query_some,
    [VZ_QUERY_NUMBERS] = NULL,
    [VZ_QUERY_TEXT] = vz_query_text,
    [VZ_QUERY_SEARCH] = vz_query_like_any,
    [VZ_QUERY_ACTION] = vz_query_action,
    [VZ_QUERY_ACCOUNT] = vz_query_account,
    [VZ_QUERY_ACTOR] = vz_query_actor,
    [VZ_QUERY_SINCE] = vz_query_time,
    [VZ_QUERY_UNTIL] = vz_query_time,
    [VZ_QUERY_AS_NUMBER] = vz_query_as_number,
    [VZ_QUERY_AS_DNI] = vz_query_as_dni,
    [VZ_QUERY_AS_PHONE] = vz_query_as_phone
};


vz_code_e
vz_query_read(vz_call_t *call, const vz_query_args_t *args,
    vz_bind_t values[VZ_QUERY_MAX])
{
    ngx_str_t          text;
    ngx_uint_t         i, limit;
    const vz_query_t  *arg;

    for (i = 0; i < args->count; i++) {
        arg = &args->args[i];
        values[i] = vz_none();

        if (arg->type == VZ_QUERY_LIMIT) {
            (void) vz_query_limit(call, &limit);
            values[i] = vz_int(limit + 1);
            continue;
        }

        text = vz_call_arg(call, arg->name);

        if (text.len) {
            (void) vz_query_readers[arg->type](call, arg, text, &values[i]);
        }
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


vz_code_e
vz_query_broken(vz_call_t *call, const char *name, const char *rule)
{
    vz_call_invalid(call, name, "format", "%s", rule);

    return VZ_RANGE;
}


vz_code_e
vz_query_number(vz_call_t *call, const char *name, uint64_t max,
    uint64_t *value)
{
    ngx_str_t  text;

    text = vz_call_arg(call, name);

    if (text.len
        && vz_field_value_number((char *) text.data, text.len, max,
                                 value) != VZ_OK)
    {
        return vz_query_broken(call, name, "a number, not too large");
    }

    return VZ_OK;
}


vz_code_e
vz_query_numbers(vz_call_t *call, const char *name, uint64_t **numbers,
    ngx_uint_t *count)
{
    uint64_t   *number;
    ngx_str_t   rest, word;

    *count = 0;
    *numbers = NULL;
    rest = vz_call_arg(call, name);

    if (rest.len == 0) {
        return VZ_OK;
    }

    *numbers = ngx_palloc(call->pool, VZ_QUERY_MOST * sizeof(uint64_t));

    if (*numbers == NULL) {
        return VZ_INTERNAL;
    }

    while (vz_strlist_next(&rest, ',', &word)) {
        number = *numbers + *count;

        if (++*count > VZ_QUERY_MOST
            || vz_field_value_number((char *) word.data, word.len, INT64_MAX,
                                     number)
               != VZ_OK)
        {
            return vz_query_broken(call, name, "numbers, with commas, not too"
                                   " many");
        }
    }

    return VZ_OK;
}


vz_code_e
vz_query_limit(vz_call_t *call, ngx_uint_t *limit)
{
    uint64_t   value;
    vz_code_e  rc;

    value = VZ_QUERY_ROWS;

    rc = vz_query_number(call, "limit", VZ_QUERY_MOST, &value);
    *limit = value ? value : 1;

    return rc;
}


static vz_code_e
vz_query_any_number(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    uint64_t   number;
    vz_code_e  rc;

    (void) text;

    number = 0;
    rc = vz_query_number(call, arg->name, INT64_MAX, &number);
    *value = vz_int(number);

    return rc;
}


static vz_code_e
vz_query_word(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    ngx_str_t           rule;
    const char *const  *word;

    *value = vz_text(text);
    ngx_str_set(&rule, "");

    for (word = arg->words; *word != NULL; word++) {

        if (vz_strlist_is(&text, *word)) {
            return VZ_OK;
        }

        rule = vz_call_printf(call, "%V%s%s", &rule,
                              word == arg->words ? ""
                              : word[1] != NULL ? ", " : " or ",
                              *word);
    }

    return vz_query_broken(call, arg->name, (char *) rule.data);
}


static vz_code_e
vz_query_some(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    vz_code_e  rc;
    ngx_str_t  rest, word;
    vz_bind_t  one;

    rest = text;
    rc = VZ_OK;

    while (rc == VZ_OK && vz_strlist_next(&rest, ',', &word)) {
        rc = vz_query_word(call, arg, word, &one);
    }

    *value = vz_text(text);

    return rc;
}


static vz_code_e
vz_query_text(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    *value = vz_text(text);

    return vz_utf8(&text) ? VZ_OK
                          : vz_query_broken(call, arg->name, "text in UTF-8");
}


static vz_code_e
vz_query_like_any(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    vz_code_e          rc;
    vz_query_search_t  search;

    (void) arg;
    (void) text;

    rc = vz_query_search(call, &search);
    *value = vz_text(search.like);

    return rc;
}


static vz_code_e
vz_query_action(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    ngx_uint_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] != '.' && (text.data[i] < 'a' || text.data[i] > 'z'))
        {
            return vz_query_broken(call, arg->name,
                                   "small letters and points, like user.make");
        }
    }

    *value = vz_text(vz_call_printf(call, "%V%%", &text));

    return VZ_OK;
}


static vz_code_e
vz_query_account(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    uint64_t  id;

    if (vz_field_value_number((char *) text.data, text.len, INT64_MAX, &id)
        == VZ_OK)
    {
        return VZ_OK;
    }

    *value = vz_text(text);

    if (vz_field_check(VZ_FIELD_ACCOUNT, (char *) text.data, text.len)
        == VZ_OK)
    {
        return VZ_OK;
    }

    return vz_query_broken(call, arg->name, "an account, or the id of a user");
}


static vz_code_e
vz_query_actor(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    *value = vz_text(text);

    return vz_field_check(VZ_FIELD_ACCOUNT, (char *) text.data, text.len)
           == VZ_OK ? VZ_OK : vz_query_broken(call, arg->name, "an account");
}


static vz_code_e
vz_query_as_number(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    uint64_t  number;

    (void) call;
    (void) arg;

    if (vz_field_value_number((char *) text.data, text.len, INT64_MAX, &number)
        == VZ_OK)
    {
        *value = vz_int(number);
    }

    return VZ_OK;
}


/* normalize a document, so that a search finds every way to write it */

static vz_code_e
vz_query_as_dni(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    char  dni[VZ_DNI_MAX + 1];

    (void) arg;

    if (vz_people_dni((char *) text.data, text.len, dni) == VZ_OK) {
        *value = vz_text(vz_call_printf(call, "%s", dni));
    }

    return VZ_OK;
}


/* search a phone by its digits, which may begin anywhere in the stored one */

static vz_code_e
vz_query_as_phone(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    ngx_str_t  digits;

    (void) arg;

    if (vz_field_check(VZ_FIELD_PHONE, (char *) text.data, text.len)
        != VZ_OK)
    {
        return VZ_OK;
    }

    digits.data = ngx_pnalloc(call->pool, text.len + 1);
    if (digits.data == NULL) {
        return VZ_INTERNAL;
    }

    digits.len = vz_people_key((char *) text.data, text.len,
                               (char *) digits.data);

    if (digits.len >= VZ_QUERY_PHONE_LEAST) {
        *value = vz_text(vz_call_printf(call, "%%%V%%", &digits));
    }

    return VZ_OK;
}


vz_code_e
vz_query_search(vz_call_t *call, vz_query_search_t *search)
{
    ngx_memzero(search, sizeof(vz_query_search_t));
    ngx_str_set(&search->like, "");

    search->q = vz_call_arg(call, "q");

    if (search->q.len == 0) {
        ngx_str_set(&search->q, "");
        return VZ_OK;
    }

    if (vz_field_check(VZ_FIELD_SEARCH, (char *) search->q.data,
                       search->q.len)
        != VZ_OK)
    {
        return vz_query_broken(call, "q", vz_field_rule(VZ_FIELD_SEARCH));
    }

    (void) vz_field_value_number((char *) search->q.data, search->q.len,
                                 INT64_MAX,
                                 &search->id);

    return vz_query_pattern(call, search) == NGX_OK
           ? VZ_OK : vz_query_broken(call, "q", "the server is out of "
                                                "memory: try again later");
}


static ngx_int_t
vz_query_pattern(vz_call_t *call, vz_query_search_t *search)
{
    u_char      *p;
    ngx_uint_t   i;

    p = ngx_pnalloc(call->pool, search->q.len * 2 + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    search->like.data = p;
    *p++ = '%';

    for (i = 0; i < search->q.len; i++) {
        if (search->q.data[i] == '%' || search->q.data[i] == '_'
            || search->q.data[i] == '\\')
        {
            *p++ = '\\';
        }

        *p++ = search->q.data[i];
    }

    *p++ = '%';
    search->like.len = p - search->like.data;

    return NGX_OK;
}


static vz_code_e
vz_query_time(vz_call_t *call, const vz_query_t *arg, ngx_str_t text,
    vz_bind_t *value)
{
    int64_t     msec;
    ngx_uint_t  date;

    date = text.len >= 10
           && vz_query_digits(text.data, "0000-00-00") == NGX_OK
           && vz_query_day(text.data) == NGX_OK;

    if (date && text.len == 10) {
        text = vz_call_printf(call, "%V %s", &text,
                              arg->type == VZ_QUERY_UNTIL ? "23:59:59.999"
                                                        : "00:00:00");
        *value = vz_text(text);
        return VZ_OK;
    }

    if (date && vz_query_instant(&text, &msec) == NGX_OK) {
        *value = vz_text(vz_query_utc(call, msec));
        return VZ_OK;
    }

    return vz_query_broken(call, arg->name,
                           "a date, or a time like 2026-05-01T10:00:00Z or "
                           "2026-05-01T10:00:00-03:00");
}


/* parse the time of RFC 3339, with or without milliseconds; the result is in
   milliseconds since the epoch */

static ngx_int_t
vz_query_instant(const ngx_str_t *text, int64_t *msec)
{
    size_t        len;
    ngx_tm_t      tm;
    ngx_int_t     ms, zone;
    const u_char *p;

    p = text->data;

    if (text->len < sizeof("2026-05-01T10:00:00Z") - 1
        || vz_query_digits(p + 10, "T00:00:00") != NGX_OK
        || ngx_atoi((u_char *) p + 11, 2) > 23
        || ngx_atoi((u_char *) p + 14, 2) > 59
        || ngx_atoi((u_char *) p + 17, 2) > 59)
    {
        return NGX_DECLINED;
    }

    ngx_memzero(&tm, sizeof(ngx_tm_t));

    tm.tm_year = ngx_atoi((u_char *) p, 4) - 1900;
    tm.tm_mon = ngx_atoi((u_char *) p + 5, 2) - 1;
    tm.tm_mday = ngx_atoi((u_char *) p + 8, 2);
    tm.tm_hour = ngx_atoi((u_char *) p + 11, 2);
    tm.tm_min = ngx_atoi((u_char *) p + 14, 2);
    tm.tm_sec = ngx_atoi((u_char *) p + 17, 2);

    ms = 0;
    p += 19;
    len = text->len - 19;

    if (len > 4 && vz_query_digits(p, ".000") == NGX_OK) {
        ms = ngx_atoi((u_char *) p + 1, 3);
        p += 4;
        len -= 4;
    }

    if (vz_query_zone(p, len, &zone) != NGX_OK) {
        return NGX_DECLINED;
    }

    *msec = ((int64_t) timegm(&tm) - zone * 60) * 1000 + ms;

    return NGX_OK;
}


/* parse "Z" or "-03:00": the minutes to add to reach UTC */

static ngx_int_t
vz_query_zone(const u_char *p, size_t len, ngx_int_t *minutes)
{
    *minutes = 0;

    if (len == 1 && *p == 'Z') {
        return NGX_OK;
    }

    if (len != 6 || (*p != '+' && *p != '-')
        || vz_query_digits(p + 1, "00:00") != NGX_OK
        || ngx_atoi((u_char *) p + 1, 2) > 23
        || ngx_atoi((u_char *) p + 4, 2) > 59)
    {
        return NGX_DECLINED;
    }

    *minutes = ngx_atoi((u_char *) p + 1, 2) * 60
               + ngx_atoi((u_char *) p + 4, 2);

    if (*p == '-') {
        *minutes = -*minutes;
    }

    return NGX_OK;
}


/* format as a DATETIME(3) of the database */

static ngx_str_t
vz_query_utc(vz_call_t *call, int64_t msec)
{
    time_t     sec;
    ngx_tm_t   tm;

    sec = msec < 0 ? 0 : msec / 1000;
    ngx_gmtime(sec, &tm);

    return vz_call_printf(call, "%4d-%02d-%02d %02d:%02d:%02d.%03L",
                          tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                          tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                          msec < 0 ? (int64_t) 0 : msec % 1000);
}


/* whether the day exists: mktime(3) turns February 30 into March 2 */

static ngx_int_t
vz_query_day(const u_char *p)
{
    ngx_tm_t   tm;
    ngx_int_t  month, day;

    ngx_memzero(&tm, sizeof(ngx_tm_t));

    month = ngx_atoi((u_char *) p + 5, 2) - 1;
    day = ngx_atoi((u_char *) p + 8, 2);

    tm.tm_year = ngx_atoi((u_char *) p, 4) - 1900;
    tm.tm_mon = month;
    tm.tm_mday = day;

    (void) timegm(&tm);

    return tm.tm_mon == month && tm.tm_mday == day ? NGX_OK : NGX_DECLINED;
}


/* whether the text has the form: "0" matches any digit, other characters match
   themselves */

static ngx_int_t
vz_query_digits(const u_char *p, const char *form)
{
    for ( /* void */ ; *form != '\0'; form++, p++) {
        if (*form == '0' ? *p < '0' || *p > '9' : *p != (u_char) *form) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}

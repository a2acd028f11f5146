/*
 * Byte streams: two ends joined by hand, whatever is done to a frame on its
 * way, and an end that does not keep to the rules.
 */

#include <stdlib.h>
#include <string.h>
#include "unit.h"
#include "wire/stream.h"


/* the frames of one that makes its own rules are made by an end of its kind */
static vz_stream_t  *client, *server;


static int
meet(void **state)
{
    vz_key_t     key;
    vz_seal_t    seal;
    vz_nonces_t  nonces;

    (void) state;

    key.len = 32;
    memset(key.data, 'k', key.len);
    memset(&nonces, 'a', sizeof(nonces));
    nonces.server[VZ_HEX_LEN] = '\0';
    nonces.client[VZ_HEX_LEN] = '\0';

    assert_int_equal(vz_seal_init(&seal, &key, &nonces), VZ_OK);
    client = vz_stream_new(&seal, 0);
    server = vz_stream_new(&seal, 1);
    vz_seal_free(&seal);

    return client && server ? 0 : -1;
}


static int
part(void **state)
{
    (void) state;

    vz_stream_free(client);
    vz_stream_free(server);

    return 0;
}


/* bytes from one end to the other, in pieces; what the other says of them */
static vz_code_e
give(vz_stream_t *to, const unsigned char *p, size_t len, size_t piece)
{
    size_t          n;
    vz_code_e       code;
    unsigned char  *where;

    while (len > 0) {
        n = vz_stream_room(to, &where);
        assert_true(n > 0);
        n = n < len ? n : len;
        n = n < piece ? n : piece;

        memcpy(where, p, n);
        code = vz_stream_fill(to, n);

        if (code != VZ_OK) {
            return code;
        }

        p += n;
        len -= n;
    }

    return VZ_OK;
}


static vz_code_e
carry(vz_stream_t *from, vz_stream_t *to, size_t piece)
{
    size_t          n;
    vz_code_e       code;
    unsigned char   copy[VZ_STREAM_OUT];

    const unsigned char  *p;

    n = vz_stream_pending(from, &p);
    memcpy(copy, p, n);
    code = give(to, copy, n, piece);
    vz_stream_sent(from, n);

    return code;
}


static void
pattern(unsigned char *p, size_t n, size_t at)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        p[i] = (unsigned char) ((at + i) * 2654435761u >> 13);
    }
}


static void
bytes_arrive_in_both_directions(void **state)
{
    size_t          piece, n, sent[2], got[2];
    unsigned        i, turns;
    vz_stream_t    *ends[2];
    unsigned char   buf[7000], want[7000];

    ends[0] = client;
    ends[1] = server;

    for (piece = 1; piece <= 65536; piece *= 16) {
        memset(sent, 0, sizeof(sent));
        memset(got, 0, sizeof(got));
        (void) part(state);
        assert_int_equal(meet(state), 0);
        ends[0] = client;
        ends[1] = server;

        for (turns = 0; got[0] + got[1] < 2000000; turns++) {
            assert_true(turns < 100000);

            for (i = 0; i < 2; i++) {
                pattern(buf, sizeof(buf), sent[i]);
                n = vz_stream_write(ends[i], buf, 1 + turns % sizeof(buf));
                sent[i] += n;

                assert_int_equal(carry(ends[i], ends[!i], piece), VZ_OK);

                n = vz_stream_read(ends[!i], buf, 1 + turns * 7 % 6000);
                pattern(want, n, got[!i]);
                assert_memory_equal(buf, want, n);
                got[!i] += n;
            }
        }

        assert_true(client->most <= VZ_STREAM_HELD);
        assert_true(server->most <= VZ_STREAM_HELD);
    }
}


/* what nobody reads is never more than the window */
static void
who_does_not_read_is_not_sent_more(void **state)
{
    size_t          n, sent;
    unsigned char   buf[VZ_STREAM_CHUNK];

    (void) state;

    memset(buf, 'x', sizeof(buf));

    for (sent = 0; (n = vz_stream_write(client, buf, sizeof(buf))) > 0;
         sent += n)
    {
        assert_int_equal(carry(client, server, 65536), VZ_OK);
        assert_int_equal(carry(server, client, 65536), VZ_OK);
    }

    assert_int_equal(sent, VZ_STREAM_WINDOW);
    assert_int_equal(server->held, VZ_STREAM_WINDOW);
    assert_int_equal(vz_stream_writable(client), 0);

    /* a little that was read is not granted one frame each */
    n = vz_stream_read(server, buf, 16000);
    assert_int_equal(n, 16000);
    assert_int_equal(carry(server, client, 65536), VZ_OK);
    assert_true(vz_stream_writable(client) > 0);
}


static void
an_end_is_of_one_side(void **state)
{
    unsigned char  buf[16];

    (void) state;

    assert_int_equal(vz_stream_write(client, "last", 4), 4);
    vz_stream_end(client);
    vz_stream_end(client);
    assert_int_equal(vz_stream_write(client, "more", 4), 0);
    assert_int_equal(carry(client, server, 3), VZ_OK);
    assert_true(server->done);

    assert_int_equal(vz_stream_write(server, "answer", 6), 6);
    vz_stream_end(server);
    assert_int_equal(carry(server, client, 3), VZ_OK);

    assert_false(vz_stream_whole(client));
    assert_int_equal(vz_stream_read(client, buf, sizeof(buf)), 6);
    assert_memory_equal(buf, "answer", 6);
    assert_true(vz_stream_whole(client));
    assert_int_equal(vz_stream_read(server, buf, sizeof(buf)), 4);
    assert_true(vz_stream_whole(server));
    assert_false(client->over || server->over);
}


static void
an_abort_ends_both(void **state)
{
    unsigned char  buf[16];

    (void) state;

    assert_int_equal(vz_stream_write(client, "lost", 4), 4);
    assert_int_equal(carry(client, server, 65536), VZ_OK);
    vz_stream_abort(server, VZ_NOSPACE);
    vz_stream_abort(server, VZ_FAILED);
    assert_int_equal(vz_stream_read(server, buf, sizeof(buf)), 0);

    assert_int_equal(carry(server, client, 1), VZ_OK);
    assert_true(client->over);
    assert_int_equal(client->code, VZ_NOSPACE);
    assert_int_equal(vz_stream_write(client, "x", 1), 0);
    vz_stream_alive(client);
    vz_stream_end(client);
    assert_int_equal(carry(client, server, 1), VZ_OK);
    assert_false(vz_stream_whole(client));
}


static void
a_frame_that_was_touched_is_refused(void **state)
{
    size_t          i, n;
    unsigned char   bad[256], good[256];

    const unsigned char  *p;

    assert_int_equal(vz_stream_write(client, "to be changed", 13), 13);
    n = vz_stream_pending(client, &p);
    assert_int_equal(n, VZ_STREAM_HEAD + 13 + VZ_STREAM_TAG);
    memcpy(good, p, n);

    for (i = 0; i < n; i++) {
        (void) part(state);
        assert_int_equal(meet(state), 0);

        memcpy(bad, good, n);
        bad[i] ^= 1;

        /* one that is made longer waits for what never comes */
        if (give(server, bad, n, 65536) != VZ_OK) {
            assert_true(server->over);
            continue;
        }

        assert_true(i >= 1 && i < VZ_STREAM_HEAD);
        assert_int_equal(server->held, 0);
    }

    /* repeated, left out, of the other direction */
    (void) part(state);
    assert_int_equal(meet(state), 0);
    assert_int_equal(give(server, good, n, 65536), VZ_OK);
    assert_int_equal(give(server, good, n, 65536), VZ_DENIED);
    assert_int_equal(server->code, VZ_DENIED);
    assert_int_equal(give(client, good, n, 65536), VZ_DENIED);

    (void) part(state);
    assert_int_equal(meet(state), 0);
    vz_stream_alive(client);
    vz_stream_sent(client, vz_stream_pending(client, &p));
    vz_stream_alive(client);
    assert_int_equal(carry(client, server, 65536), VZ_DENIED);
}


static void
a_length_is_not_trusted(void **state)
{
    size_t  i;

    static const unsigned char  heads[][4] = {
        { 1, 0xff, 0xff, 0xff }, { 1, 0, 0x40, 0x01 }, { 1, 0x80, 0, 0 }
    };

    for (i = 0; i < VZ_COUNT(heads); i++) {
        (void) part(state);
        assert_int_equal(meet(state), 0);
        assert_int_equal(give(server, heads[i], 4, 1), VZ_SYNTAX);
        assert_true(server->over);
    }
}


static void
data_without_credit_is_refused(void **state)
{
    size_t          n;
    unsigned char   buf[VZ_STREAM_CHUNK];

    (void) state;

    memset(buf, 'x', sizeof(buf));

    for (n = 0; n <= VZ_STREAM_WINDOW; n += VZ_STREAM_CHUNK) {
        client->credit = VZ_STREAM_WINDOW;
        assert_int_equal(vz_stream_write(client, buf, sizeof(buf)),
                         sizeof(buf));
        assert_int_equal(carry(client, server, 65536),
                         n < VZ_STREAM_WINDOW ? VZ_OK : VZ_RANGE);
    }

    assert_int_equal(server->code, VZ_RANGE);
    assert_int_equal(server->held, 0);
    assert_int_equal(carry(server, client, 65536), VZ_OK);
    assert_int_equal(client->code, VZ_RANGE);
}


/* an end that grants what nobody has read; one that says things twice */
static void
credit_has_an_end(void **state)
{
    (void) state;

    /* the account of the one who grants is made to be wrong */
    client->owed = 1;
    client->window = 0;
    vz_stream_sent(client, 0);
    assert_int_equal(carry(client, server, 65536), VZ_RANGE);

    (void) part(state);
    assert_int_equal(meet(state), 0);
    vz_stream_end(client);
    client->ended = 0;
    vz_stream_end(client);
    assert_int_equal(carry(client, server, 65536), VZ_SYNTAX);

    (void) part(state);
    assert_int_equal(meet(state), 0);
    vz_stream_end(client);
    client->ended = 0;
    assert_int_equal(vz_stream_write(client, "x", 1), 1);
    assert_int_equal(carry(client, server, 65536), VZ_SYNTAX);
}


#define test(name)  cmocka_unit_test_setup_teardown(name, meet, part)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(bytes_arrive_in_both_directions),
        test(who_does_not_read_is_not_sent_more),
        test(an_end_is_of_one_side),
        test(an_abort_ends_both),
        test(a_frame_that_was_touched_is_refused),
        test(a_length_is_not_trusted),
        test(data_without_credit_is_refused),
        test(credit_has_an_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

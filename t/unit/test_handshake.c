/*
 * The key, the nonce, the proof.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "wire/handshake.h"
#include "wire/verb.h"


#define NONCE  "9f86d081884c7d659a2feaa0c55ad015" \
               "a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define OURS   "60303ae22b998861bce3b28f33eec1be" \
               "758a213c86c93c076dbe9f558c11c752"
#define UPPER  "9F86D081884C7D659A2FEAA0C55AD015" \
               "A3BF4F1B2B0B822CD15D6C15B0F00A08"


static char  dir[] = "/tmp/vz-unit-XXXXXX";
static char  path[64];


static void
write_key(const char *bytes, size_t len, mode_t mode)
{
    int  fd;

    fd = open(path, O_WRONLY|O_CREAT|O_TRUNC, 0600);
    assert_true(fd != -1);
    assert_int_equal(write(fd, bytes, len), (ssize_t) len);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}


static void
a_key_is_read_without_trailing_white_space(void **state)
{
    char      bytes[VZ_KEY_MAX + 17];
    vz_key_t  key;

    (void) state;

    write_key(VZ_LIT("0123456789abcdef \t\r\n\n"), 0640);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_OK);
    assert_int_equal(key.len, 16);
    assert_memory_equal(key.data, "0123456789abcdef", 16);

    write_key(VZ_LIT(" 0123456789\0abcdef"), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_OK);
    assert_int_equal(key.len, 18);

    write_key(VZ_LIT("0123456789abcde\0"), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_OK);
    assert_int_equal(key.len, 16);

    memset(bytes, 'k', sizeof(bytes));
    bytes[VZ_KEY_MAX] = '\n';
    write_key(bytes, VZ_KEY_MAX + 1, 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_OK);
    assert_int_equal(key.len, VZ_KEY_MAX);
}


static void
a_key_of_the_wrong_length_is_refused(void **state)
{
    char      bytes[VZ_KEY_MAX * 4];
    vz_key_t  key;

    (void) state;

    write_key("", 0, 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);
    assert_int_equal(key.len, 0);

    write_key(VZ_LIT("0123456789abcde\n"), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);

    write_key(VZ_LIT("                                      \n"), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);

    memset(bytes, 'k', sizeof(bytes));
    write_key(bytes, VZ_KEY_MAX + 1, 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);

    write_key(bytes, sizeof(bytes), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);

    memset(bytes + 32, '\n', sizeof(bytes) - 32);
    write_key(bytes, sizeof(bytes), 0600);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_RANGE);
}


static void
a_key_that_others_may_touch_is_refused(void **state)
{
    vz_key_t  key;

    (void) state;

    write_key(VZ_LIT("0123456789abcdef"), 0644);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_DENIED);
    assert_int_equal(errno, EPERM);

    write_key(VZ_LIT("0123456789abcdef"), 0602);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_DENIED);
}


static void
what_is_no_file_is_refused(void **state)
{
    vz_key_t  key;

    (void) state;

    assert_int_equal(vz_handshake_key_read("/nonexistent/key", &key),
                     VZ_NOENT);
    assert_int_equal(vz_handshake_key_read("/etc/passwd/key", &key), VZ_NOENT);
    assert_int_equal(vz_handshake_key_read(dir, &key), VZ_DENIED);
    assert_int_equal(vz_handshake_key_read("/dev/zero", &key), VZ_DENIED);

    (void) unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(vz_handshake_key_read(path, &key), VZ_DENIED);
    assert_int_equal(unlink(path), 0);
}


static void
nonces_are_hex_and_differ(void **state)
{
    char  a[VZ_HEX_LEN + 1], b[VZ_HEX_LEN + 1];

    (void) state;

    assert_int_equal(vz_handshake_nonce(a), VZ_OK);
    assert_int_equal(vz_handshake_nonce(b), VZ_OK);
    assert_int_equal(strlen(a), VZ_HEX_LEN);
    assert_int_equal(strspn(a, "0123456789abcdef"), VZ_HEX_LEN);
    assert_string_not_equal(a, b);
}


static void
the_mac_is_hmac_sha256(void **state)
{
    char      hex[VZ_HEX_LEN + 1];
    vz_key_t  key;

    (void) state;

    /* RFC 4231, test case 1 */

    key.len = 20;
    memset(key.data, 0x0b, key.len);
    assert_int_equal(vz_handshake_mac(&key, "Hi There", hex), VZ_OK);
    assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b"
                             "881dc200c9833da726e9376c2e32cff7");

    key.len = 0;
    assert_int_equal(vz_handshake_mac(&key, "x", hex), VZ_INTERNAL);
    assert_string_equal(hex, "");
    key.len = VZ_KEY_MAX + 1;
    assert_int_equal(vz_handshake_mac(&key, "x", hex), VZ_INTERNAL);
}


static void
the_greeting_goes_both_ways(void **state)
{
    char      line[128], nonce[VZ_HEX_LEN + 1];
    size_t    n;
    unsigned  version;

    (void) state;

    n = vz_handshake_greeting_print(line, sizeof(line), NONCE);
    assert_int_equal(n, 17 + VZ_HEX_LEN);
    assert_string_equal(line, "virtual-server 3 " NONCE);
    assert_int_equal(vz_handshake_greeting_parse(line, n, nonce, &version),
                     VZ_OK);
    assert_int_equal(version, VZ_PROTOCOL);
    assert_string_equal(nonce, NONCE);

    assert_int_equal(vz_handshake_greeting_print(line, n, NONCE), 0);
}


static void
other_greetings_are_refused(void **state)
{
    size_t    i;
    char      nonce[VZ_HEX_LEN + 1];
    unsigned  version;

    static const struct {
        const char  *line;
        vz_code_e    code;
    } bad[] = {
        { "", VZ_SYNTAX },
        { "virtual-server", VZ_SYNTAX },
        { "virtual-server ", VZ_SYNTAX },
        { "virtual-server 3", VZ_SYNTAX },
        { "virtual-server 3 ", VZ_SYNTAX },
        { "virtual-server 3 abc", VZ_SYNTAX },
        { "virtual-server 3 " NONCE "0", VZ_SYNTAX },
        { "virtual-server 3 " NONCE " x", VZ_SYNTAX },
        { "virtual-server 3 " UPPER, VZ_SYNTAX },
        { "virtual-server 03 " NONCE, VZ_SYNTAX },
        { "virtual-server -1 " NONCE, VZ_SYNTAX },
        { "virtual-server 2 " NONCE, VZ_UNSUPPORTED },
        { "virtual-server 4 something else", VZ_UNSUPPORTED },
        { "virtual-server 4294967299 " NONCE, VZ_SYNTAX },
        { "Virtual-server 3 " NONCE, VZ_SYNTAX },
        { "220 mail.example.org ESMTP", VZ_SYNTAX },
        { "SSH-2.0-OpenSSH_9.2", VZ_SYNTAX }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        assert_int_equal(vz_handshake_greeting_parse(bad[i].line,
                                                     strlen(bad[i].line),
                                                     nonce, &version),
                                                     bad[i].code);
    }

    (void) vz_handshake_greeting_parse(VZ_LIT("virtual-server 4 x"), nonce,
                                       &version);
    assert_int_equal(version, 4);
}


static const vz_nonces_t  both = { NONCE, OURS };


/* A key, one whose last byte is another, and what the server has heard. */
static void
parties(vz_key_t *key, vz_key_t *other, vz_nonces_t *heard)
{
    key->len = 32;
    memset(key->data, 'k', key->len);
    *other = *key;
    other->data[31] = 'l';

    memset(heard, 0, sizeof(*heard));
    (void) strcpy(heard->server, NONCE);
}


static void
each_side_proves_the_key_by_both_nonces(void **state)
{
    char         line[256], mac[VZ_HEX_LEN + 1];
    size_t       n;
    vz_key_t     key, other;
    vz_nonces_t  heard;

    (void) state;

    parties(&key, &other, &heard);

    n = vz_handshake_auth_print(line, sizeof(line), &key, &both);
    assert_string_equal(line, "auth " OURS " "
                        "5487741ad68f1c0f066c1966f82465da"
                        "a0d9720c05d065505712eab2d8974ef3");

    assert_int_equal(vz_handshake_auth_check(line, n, &key, &heard), VZ_OK);
    assert_string_equal(heard.client, OURS);
    assert_int_equal(vz_handshake_auth_check(line, n, &other, &heard),
                     VZ_DENIED);

    assert_int_equal(vz_handshake_accept_print(mac, &key, &heard), VZ_OK);
    assert_string_equal(mac, "01767859d5da75f4c6cc4da5a3165f92"
                             "548039929bb588c115704cc96b6b1a0d");
    assert_int_equal(vz_handshake_accept_check(mac, VZ_HEX_LEN, &key, &both),
                     VZ_OK);
    assert_int_equal(vz_handshake_accept_check(mac, VZ_HEX_LEN, &other, &both),
                     VZ_DENIED);
    assert_int_equal(vz_handshake_accept_check(mac, VZ_HEX_LEN - 1, &key,
                                               &both),
                     VZ_DENIED);
    assert_int_equal(vz_handshake_accept_check("", 0, &key, &both), VZ_DENIED);

    /* the client's own proof, said back to him */
    assert_int_equal(vz_handshake_accept_check(line + 6 + VZ_HEX_LEN,
                                               VZ_HEX_LEN, &key,
                                               &both), VZ_DENIED);

    /* of another connection */
    assert_int_equal(vz_handshake_nonce(heard.server), VZ_OK);
    assert_int_equal(vz_handshake_auth_check(line, n, &key, &heard),
                     VZ_DENIED);
    assert_int_equal(vz_handshake_accept_check(mac, VZ_HEX_LEN, &key, &heard),
                     VZ_DENIED);
}


/* right prefixes of every length are among them */

static void
a_wrong_digit_or_an_empty_key_proves_nothing(void **state)
{
    int          i;
    char         line[256], mac[VZ_HEX_LEN + 1];
    size_t       n;
    vz_key_t     key, other;
    vz_nonces_t  heard;

    (void) state;

    parties(&key, &other, &heard);
    n = vz_handshake_auth_print(line, sizeof(line), &key, &both);

    for (i = 0; i < 2 * VZ_HEX_LEN + 1; i++) {
        (void) vz_handshake_auth_print(line, sizeof(line), &key, &both);

        if (line[5 + i] != ' ') {
            line[5 + i] = line[5 + i] == '0' ? '1' : '0';
            assert_int_equal(vz_handshake_auth_check(line, n, &key, &heard),
                             VZ_DENIED);
        }
    }

    other.len = 0;
    (void) vz_handshake_auth_print(line, sizeof(line), &key, &both);
    assert_int_equal(vz_handshake_auth_check(line, n, &other, &heard),
                     VZ_DENIED);
    assert_int_equal(vz_handshake_auth_print(line, sizeof(line), &other,
                                             &both), 0);
    assert_int_equal(vz_handshake_auth_print(line, n, &key, &both), 0);
    assert_int_equal(vz_handshake_accept_print(mac, &other, &both),
                     VZ_INTERNAL);
}


static void
what_is_no_proof_is_syntax(void **state)
{
    size_t       i;
    vz_key_t     key;
    vz_nonces_t  heard;

    static const char *const  bad[] = {
        "", "auth", "auth ", "auth x", "ping", "auth " NONCE "0",
        "auth  " NONCE, "AUTH " NONCE " " NONCE, "auth" NONCE,
        "auth " NONCE " ", "auth " NONCE " " NONCE "0",
        "auth " NONCE "0" NONCE, "auth " NONCE " " UPPER,
        "auth " UPPER " " NONCE, "auth " NONCE " " NONCE " x"
    };

    (void) state;

    key.len = 32;
    memset(key.data, 'k', key.len);
    heard = both;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        assert_int_equal(vz_handshake_auth_check(bad[i], strlen(bad[i]), &key,
                                                 &heard),
                         VZ_SYNTAX);
    }

    /* version 1 said no more than its proof */
    assert_int_equal(vz_handshake_auth_check(VZ_LIT("auth " NONCE), &key,
                                             &heard),
                     VZ_UNSUPPORTED);
}


static int
init(void **state)
{
    (void) state;

    if (mkdtemp(dir) == NULL) {
        return -1;
    }

    (void) snprintf(path, sizeof(path), "%s/relay.key", dir);

    return 0;
}


static int
done(void **state)
{
    (void) state;
    (void) unlink(path);

    return rmdir(dir);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_key_is_read_without_trailing_white_space),
        cmocka_unit_test(a_key_of_the_wrong_length_is_refused),
        cmocka_unit_test(a_key_that_others_may_touch_is_refused),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(nonces_are_hex_and_differ),
        cmocka_unit_test(the_mac_is_hmac_sha256),
        cmocka_unit_test(the_greeting_goes_both_ways),
        cmocka_unit_test(other_greetings_are_refused),
        cmocka_unit_test(each_side_proves_the_key_by_both_nonces),
        cmocka_unit_test(a_wrong_digit_or_an_empty_key_proves_nothing),
        cmocka_unit_test(what_is_no_proof_is_syntax)
    };

    return cmocka_run_group_tests(tests, init, done);
}

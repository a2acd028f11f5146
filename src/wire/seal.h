/*
 * What is said after the handshake, sealed: whoever sits between the two can
 * cut the connection, but change, add, repeat or reorder nothing, and read no
 * secret.  Its keys are made of the shared one and of both nonces:
 *
 *   HMAC-SHA256(key, "client key NONCE NONCE"), and "server key", "secret key"
 *
 *   C: VERB ... mac=MAC           HMAC(client key, "N VERB ...")
 *   C: body BASE64 mac=MAC        a line of its body
 *   C: secret BASE64 mac=MAC      in it AES-256-GCM(secret key, nonce N)
 *   S: + ..., = ...               as they are
 *   S: ok|err ... mac=MAC         HMAC(server key, "N SHA256(the answer)")
 *
 * N counts the client's lines or the answers, each from 0; as a nonce it has
 * 12 bytes, the high ones first.  A MAC is the first 16 bytes, in hex.  The
 * hash of an answer, in hex, is of all its lines with their LF, the last
 * without " mac=MAC".
 */

#ifndef VZ_SEAL_H
#define VZ_SEAL_H

#include "wire/handshake.h"
#include "wire/verb.h"


#define VZ_SEAL_KEY  32
#define VZ_SEAL_MAC  32             /* characters */
#define VZ_SEAL_LEN  (5 + VZ_SEAL_MAC)      /* " mac=" */

typedef struct {
    unsigned char           client[VZ_SEAL_KEY];
    unsigned char           server[VZ_SEAL_KEY];
    unsigned char           secret[VZ_SEAL_KEY];
    uint64_t                lines;
    uint64_t                answers;
    struct evp_md_ctx_st   *answer;         /* its hash so far */
} vz_seal_t;


/*
 * vz_seal_init: of a handshake that went well.  VZ_OK or VZ_INTERNAL.
 * vz_seal_free: wipes it; also where it is all zeroes.
 */
vz_code_e vz_seal_init(vz_seal_t *seal, const vz_key_t *key,
    const vz_nonces_t *nonces);
void vz_seal_free(vz_seal_t *seal);

/*
 * The client's lines.  vz_seal_line: len bytes in buf (VZ_LINE_MAX), the last
 * of them an LF, get their MAC; the new length, or 0 where it does not fit.
 *
 * vz_seal_open_line: a line without its LF; VZ_OK with its MAC cut off, or
 * VZ_DENIED: it is not what the client said at this place.
 */
size_t vz_seal_line(vz_seal_t *seal, char *buf, size_t len);
vz_code_e vz_seal_open_line(vz_seal_t *seal, char *line, size_t *len);

/*
 * The lines of a body, each of what vz_verb_body_check() let pass; those of a
 * verb with a secret are encrypted.
 *
 * vz_seal_body: one with its LF into buf (VZ_REPLY_MAX); its length, or 0.
 *
 * vz_seal_open_body: VZ_OK with n bytes, terminated, checked again; VZ_RANGE
 * where they are none of that verb's; VZ_SYNTAX for what is no line of a body,
 * or VZ_DENIED.  def NULL: whichever verb's; nothing is read of it.  Who
 * called wipes what the line was in.
 */
size_t vz_seal_body(vz_seal_t *seal, char *buf, const vz_verb_t *def,
    const void *bytes, size_t len);
vz_code_e vz_seal_open_body(vz_seal_t *seal, const vz_verb_t *def, char *line,
    size_t len, char bytes[VZ_BODY_BYTES + 1], size_t *n);

/*
 * Answers.  vz_seal_add: whole lines with their LF, all but the last one.
 * vz_seal_end: the MAC of the answer whose last line this is, with its LF.
 *
 * vz_seal_open_answer: each line without its LF.  VZ_OK, where it is the last
 * one with its MAC cut off; VZ_DENIED: the answer is not the daemon's.
 */
void vz_seal_add(vz_seal_t *seal, const char *lines, size_t len);
vz_code_e vz_seal_end(vz_seal_t *seal, const char *line, size_t len,
    char mac[VZ_SEAL_MAC + 1]);
vz_code_e vz_seal_open_answer(vz_seal_t *seal, char *line, size_t *len);

/*
 * vz_seal_stream: the keys of the byte stream that follows: of what the client
 * sends, and of what the server does.  VZ_OK or VZ_INTERNAL.
 */
vz_code_e vz_seal_stream(const vz_seal_t *seal,
    unsigned char client[VZ_SEAL_KEY], unsigned char server[VZ_SEAL_KEY]);


#endif /* VZ_SEAL_H */

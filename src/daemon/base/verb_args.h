/*
 * A verb's arguments as values, the same on every driver.  What is wrong is
 * said by vz_job_end() and returned.
 */

#ifndef VZ_VERB_ARGS_H
#define VZ_VERB_ARGS_H

#include "daemon/base/driver.h"
#include "daemon/base/ip.h"


#define VZ_VERB_ARGS_HASH  384      /* bytes: CRYPT_OUTPUT_SIZE */


/* vz_verb_args_pair: BARRIER [LIMIT] in bytes; one value stands for both. */
vz_code_e vz_verb_args_pair(vz_job_t *job, uint64_t *barrier, uint64_t *limit);

/*
 * vz_verb_args_address: argument i, without or with a prefix by its field;
 * what is its name in words.
 */
vz_code_e vz_verb_args_address(vz_job_t *job, unsigned i, vz_field_e field,
    const char *what, vz_ip_t *address);

/*
 * vz_verb_args_dns: from the second argument on, at most max; their number in
 * n.
 */
vz_code_e vz_verb_args_dns(vz_job_t *job, vz_ip_t *list, unsigned max,
    unsigned *n);

/*
 * vz_verb_args_setip: the address of setip, given to a driver's function under
 * the lock over all addresses: it belongs to the first who takes it.
 */
typedef vz_code_e (*vz_verb_args_setip_pt)(vz_job_t *job,
    const vz_ip_t *address);

vz_code_e vz_verb_args_setip(vz_job_t *job, vz_verb_args_setip_pt function);

/*
 * vz_verb_args_deleteip: which ones of a container's n addresses are to go,
 * from first up to last; all where the verb names none.  first == last: none,
 * and "already" is said.
 */
vz_code_e vz_verb_args_deleteip(vz_job_t *job, const vz_ip_t *list, unsigned n,
    unsigned *first, unsigned *last);

/*
 * vz_verb_args_secret: whether the secret can be a password.
 * vz_verb_args_hash: it hashed for /etc/shadow.
 */
vz_code_e vz_verb_args_secret(vz_job_t *job);
vz_code_e vz_verb_args_hash(vz_job_t *job, char hash[VZ_VERB_ARGS_HASH]);


#endif /* VZ_VERB_ARGS_H */

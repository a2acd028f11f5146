#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/openat2.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/syscall.h>
#include "daemon/base/file.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/hostkey.h"
#include "wire/random.h"


#define VZ_HOSTKEY_MAX  2048

/* Strings with their length before them, RFC 4251, section 5. */

typedef struct {
    size_t           len;
    unsigned char    data[VZ_HOSTKEY_MAX];
} vz_hostkey_blob_t;


static void vz_hostkey_clear(int root);
static int vz_hostkey_ed25519(int root, const char *hostname);
static void vz_hostkey_file(vz_hostkey_blob_t *file,
    const vz_hostkey_blob_t *public, vz_hostkey_blob_t *secret);
static int vz_hostkey_ecdsa(int root, const char *hostname);
static int vz_hostkey_public(int root, const char *file, const char *type,
    const vz_hostkey_blob_t *blob, const char *hostname);
static size_t vz_hostkey_pem(const vz_hostkey_blob_t *blob, char *out,
    size_t size);
static void vz_hostkey_number(vz_hostkey_blob_t *blob, uint32_t number);
static void vz_hostkey_bytes(vz_hostkey_blob_t *blob, const void *data,
    size_t len);
static void vz_hostkey_string(vz_hostkey_blob_t *blob, const void *data,
    size_t len);


int
vz_hostkey_make(int root, const char *hostname)
{
    vz_hostkey_clear(root);

    return vz_hostkey_ed25519(root, hostname) == 0
           && vz_hostkey_ecdsa(root, hostname) == 0
           ? 0 : -1;
}


static void
vz_hostkey_clear(int root)
{
    int               fd;
    DIR              *dir;
    struct dirent    *entry;
    struct open_how   how;

    memset(&how, 0, sizeof(how));
    how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

    fd = (int) syscall(SYS_openat2, root, "etc/ssh", &how, sizeof(how));

    dir = vz_file_dir(fd);
    if (dir == NULL) {
        return;
    }

    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "ssh_host_", 9) == 0) {
            (void) unlinkat(fd, entry->d_name, 0);
        }
    }

    closedir(dir);
}


/* OpenSSH's own format (PROTOCOL.key), the only one for ed25519. */

static int
vz_hostkey_ed25519(int root, const char *hostname)
{
    int                 rc;
    char                text[2 * VZ_HOSTKEY_MAX];
    size_t              len;
    uint32_t            check;
    EVP_PKEY           *key;
    unsigned char       seed[64];
    vz_hostkey_blob_t   public, secret, file;

    static const char   type[] = "ssh-ed25519";

    key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    if (key == NULL) {
        return -1;
    }

    rc = -1;
    memset(&public, 0, sizeof(public));
    memset(&secret, 0, sizeof(secret));
    memset(&file, 0, sizeof(file));

    len = 32;
    if (EVP_PKEY_get_raw_private_key(key, seed, &len) != 1
        || (len = 32, EVP_PKEY_get_raw_public_key(key, seed + 32, &len)) != 1
        || vz_random(&check, sizeof(check)) == -1)
    {
        goto done;
    }

    vz_hostkey_string(&public, type, sizeof(type) - 1);
    vz_hostkey_string(&public, seed + 32, 32);

    vz_hostkey_number(&secret, check);
    vz_hostkey_number(&secret, check);
    vz_hostkey_bytes(&secret, public.data, public.len);
    vz_hostkey_string(&secret, seed, 64);
    vz_hostkey_string(&secret, hostname, strlen(hostname));

    vz_hostkey_file(&file, &public, &secret);

    len = vz_hostkey_pem(&file, text, sizeof(text));

    rc = vz_guest_files_write(root, "etc/ssh/ssh_host_ed25519_key", text, len,
                              0600);

    if (rc == 0) {
        rc = vz_hostkey_public(root, "etc/ssh/ssh_host_ed25519_key.pub", type,
                               &public, hostname);
    }

done:

    explicit_bzero(seed, sizeof(seed));
    explicit_bzero(&secret, sizeof(secret));
    explicit_bzero(&file, sizeof(file));
    explicit_bzero(text, sizeof(text));
    EVP_PKEY_free(key);

    return rc;
}


static void
vz_hostkey_file(vz_hostkey_blob_t *file, const vz_hostkey_blob_t *public,
    vz_hostkey_blob_t *secret)
{
    unsigned  i;

    for (i = 1; secret->len % 8 != 0; i++) {
        secret->data[secret->len++] = (unsigned char) i;
    }

    vz_hostkey_bytes(file, "openssh-key-v1", sizeof("openssh-key-v1"));
    vz_hostkey_string(file, "none", 4);
    vz_hostkey_string(file, "none", 4);
    vz_hostkey_string(file, "", 0);
    vz_hostkey_number(file, 1);
    vz_hostkey_string(file, public->data, public->len);
    vz_hostkey_string(file, secret->data, secret->len);
}


static int
vz_hostkey_ecdsa(int root, const char *hostname)
{
    int                 rc;
    BIO                *bio;
    char               *pem;
    long                len;
    size_t              size;
    EVP_PKEY           *key;
    unsigned char       point[133];
    vz_hostkey_blob_t   public;

    static const char   type[] = "ecdsa-sha2-nistp256";

    rc = -1;
    bio = BIO_new(BIO_s_mem());
    key = EVP_EC_gen("P-256");
    memset(&public, 0, sizeof(public));

    if (bio == NULL || key == NULL
        || EVP_PKEY_get_octet_string_param(key,
                                           OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
                                           point, sizeof(point), &size) != 1
        || PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL,
                                                NULL) != 1)
    {
        goto done;
    }

    vz_hostkey_string(&public, type, sizeof(type) - 1);
    vz_hostkey_string(&public, "nistp256", 8);
    vz_hostkey_string(&public, point, size);

    len = BIO_get_mem_data(bio, &pem);

    rc = vz_guest_files_write(root, "etc/ssh/ssh_host_ecdsa_key", pem,
                              (size_t) len,
                              0600);
    explicit_bzero(pem, (size_t) len);

    if (rc == 0) {
        rc = vz_hostkey_public(root, "etc/ssh/ssh_host_ecdsa_key.pub", type,
                               &public, hostname);
    }

done:

    EVP_PKEY_free(key);
    BIO_free(bio);

    return rc;
}


static int
vz_hostkey_public(int root, const char *file, const char *type,
    const vz_hostkey_blob_t *blob, const char *hostname)
{
    int            n;
    char           text[2 * VZ_HOSTKEY_MAX];
    unsigned char  code[VZ_HOSTKEY_MAX];

    EVP_EncodeBlock(code, blob->data, (int) blob->len);

    n = snprintf(text, sizeof(text), "%s %s root@%s\n", type, (char *) code,
                 hostname);

    return vz_guest_files_write(root, file, text, (size_t) n, 0644);
}


static size_t
vz_hostkey_pem(const vz_hostkey_blob_t *blob, char *out, size_t size)
{
    int            len, i;
    size_t         n;
    unsigned char  code[VZ_HOSTKEY_MAX];

    len = EVP_EncodeBlock(code, blob->data, (int) blob->len);

    n = (size_t) snprintf(out, size, "-----BEGIN OPENSSH PRIVATE KEY-----\n");

    for (i = 0; i < len; i += 70) {
        n += (size_t) snprintf(out + n, size - n, "%.70s\n",
                               (char *) code + i);
    }

    n += (size_t) snprintf(out + n, size - n,
                           "-----END OPENSSH PRIVATE KEY-----\n");

    explicit_bzero(code, sizeof(code));

    return n;
}


static void
vz_hostkey_number(vz_hostkey_blob_t *blob, uint32_t number)
{
    unsigned char  bytes[4];

    bytes[0] = (unsigned char) (number >> 24);
    bytes[1] = (unsigned char) (number >> 16);
    bytes[2] = (unsigned char) (number >> 8);
    bytes[3] = (unsigned char) number;

    vz_hostkey_bytes(blob, bytes, sizeof(bytes));
}


static void
vz_hostkey_bytes(vz_hostkey_blob_t *blob, const void *data, size_t len)
{
    /* a key has some hundred bytes: it always fits */

    if (len <= sizeof(blob->data) - blob->len) {
        memcpy(blob->data + blob->len, data, len);
        blob->len += len;
    }
}


static void
vz_hostkey_string(vz_hostkey_blob_t *blob, const void *data, size_t len)
{
    vz_hostkey_number(blob, (uint32_t) len);
    vz_hostkey_bytes(blob, data, len);
}

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_keys.h"


#define VZ_GUEST_KEYS_DIR    "root/.ssh"
#define VZ_GUEST_KEYS_PATH   VZ_GUEST_KEYS_DIR "/authorized_keys"
#define VZ_GUEST_KEYS_FILE   (256 << 10)    /* bytes of it, at most */
#define VZ_GUEST_KEYS_BEGIN  "# keys of the panel begin: changed there\n"
#define VZ_GUEST_KEYS_END    "# keys of the panel end\n"


static size_t vz_guest_keys_rest(const char *text, char *out);
static const char *vz_guest_keys_mark(const char *text, const char *mark);


int
vz_guest_keys_write(int root, const char *lines)
{
    int       rc;
    char     *text, *out;
    size_t    len, most;
    ssize_t   size;

    most = 2 * VZ_GUEST_KEYS_FILE + strlen(lines) + 256;

    text = malloc(VZ_GUEST_KEYS_FILE + most);
    if (text == NULL) {
        return -1;
    }

    rc = -1;
    out = text + VZ_GUEST_KEYS_FILE;
    size = vz_guest_files_read(root, VZ_GUEST_KEYS_PATH, text,
                               VZ_GUEST_KEYS_FILE);

    /* what can't be read is not overwritten */

    if (size == -1) {
        if (errno != ENOENT) {
            goto done;
        }

        if (lines[0] == '\0') {
            rc = 0;
            goto done;
        }

        if (vz_guest_files_folder(root, VZ_GUEST_KEYS_DIR, 0700) == -1) {
            goto done;
        }

        text[0] = '\0';
    }

    len = vz_guest_keys_rest(text, out);

    if (lines[0] != '\0') {
        len += (size_t) snprintf(out + len, most - len,
                                 VZ_GUEST_KEYS_BEGIN "%s" VZ_GUEST_KEYS_END,
                                 lines);
    }

    rc = vz_guest_files_write(root, VZ_GUEST_KEYS_PATH, out, len, 0600);

done:

    free(text);

    return rc;
}


/*
 * Copy what is the guest's own into out, whole lines; its length.  Text behind
 * a NUL is none that sshd(8) reads.  A begin without an end is a line of its
 * own.
 */

static size_t
vz_guest_keys_rest(const char *text, char *out)
{
    size_t       len;
    const char  *begin, *end;

    len = 0;

    while ((begin = vz_guest_keys_mark(text, VZ_GUEST_KEYS_BEGIN)) != NULL) {
        memcpy(out + len, text, (size_t) (begin - text));
        len += (size_t) (begin - text);
        text = begin + sizeof(VZ_GUEST_KEYS_BEGIN) - 1;
        end = vz_guest_keys_mark(text, VZ_GUEST_KEYS_END);

        if (end != NULL) {
            text = end + sizeof(VZ_GUEST_KEYS_END) - 1;
        }
    }

    memcpy(out + len, text, strlen(text));
    len += strlen(text);

    if (len && out[len - 1] != '\n') {
        out[len++] = '\n';
    }

    return len;
}


/* where a whole line is this mark; NULL where none is */

static const char *
vz_guest_keys_mark(const char *text, const char *mark)
{
    const char  *line;

    for (line = text; line != NULL && *line != '\0'; line++) {

        if (strncmp(line, mark, strlen(mark)) == 0) {
            return line;
        }

        line = strchr(line, '\n');

        if (line == NULL) {
            break;
        }
    }

    return NULL;
}


const char *
vz_guest_keys_why(void)
{
    return errno == EINVAL ? "it is no regular file"
           : errno == ENOTDIR ? "there is no folder for it" : strerror(errno);
}

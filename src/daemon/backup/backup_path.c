#include <string.h>
#include "daemon/backup/backup_path.h"


static int vz_backup_path_plain(unsigned char c);
static int vz_backup_path_hex(char c);
static vz_code_e vz_backup_path_part(const char *part, size_t len);


vz_code_e
vz_backup_path_parse(const char *text, char *path)
{
    int           high, low;
    char         *to, *part, c;
    const char   *p;

    if (*text != '/') {
        return VZ_RANGE;
    }

    to = path + strlen(VZ_BACKUP_PATH_ROOT);
    (void) strcpy(path, VZ_BACKUP_PATH_ROOT);
    part = to + 1;

    for (p = text; *p; p++) {
        c = *p;

        if (c == '%') {
            high = vz_backup_path_hex(p[1]);
            low = high == -1 ? -1 : vz_backup_path_hex(p[2]);

            /* a slash ends a name, and no name has one */

            if (low == -1 || (high == 0 && low == 0)
                || (high << 4 | low) == '/')
            {
                return VZ_RANGE;
            }

            c = (char) (high << 4 | low);
            p += 2;

        } else if (c == '/') {
            if (to >= part
                && vz_backup_path_part(part, (size_t) (to - part)) != VZ_OK)
            {
                return VZ_RANGE;
            }

            part = to + 1;

        } else if (!vz_backup_path_plain((unsigned char) c)) {
            return VZ_RANGE;
        }

        if (to - path >= PATH_MAX - 1) {
            return VZ_RANGE;
        }

        *to++ = c;
    }

    /* "/" and a slash at the end name the folder before it */

    if (to[-1] == '/') {
        to[-1] = '\0';
        return VZ_OK;
    }

    *to = '\0';

    return vz_backup_path_part(part, (size_t) (to - part));
}


static vz_code_e
vz_backup_path_part(const char *part, size_t len)
{
    return len == 0 || len > NAME_MAX || (len == 1 && part[0] == '.')
           || (len == 2 && part[0] == '.' && part[1] == '.')
           ? VZ_RANGE : VZ_OK;
}


vz_code_e
vz_backup_path_print(const char *name, size_t len, char *text)
{
    size_t         i;
    unsigned char  c;

    static const char  digits[] = "0123456789ABCDEF";

    if (len > NAME_MAX) {
        return VZ_RANGE;
    }

    for (i = 0; i < len; i++) {
        c = (unsigned char) name[i];

        if (vz_backup_path_plain(c)) {
            *text++ = (char) c;

        } else {
            *text++ = '%';
            *text++ = digits[c >> 4];
            *text++ = digits[c & 15];
        }
    }

    *text = '\0';

    return VZ_OK;
}


static int
vz_backup_path_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}


static int
vz_backup_path_hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * What every template needs once, so that it boots in an unprivileged
 * container.
 */

#ifndef VZ_PREPARE_H
#define VZ_PREPARE_H


/*
 * vz_prepare: the root folder of the calling process, which must be chrooted
 * into the fresh template.  0, or -1 with errno.
 */
int vz_prepare(void);


#endif /* VZ_PREPARE_H */

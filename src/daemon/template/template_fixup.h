/*
 * What every template needs once, so that it boots in an unprivileged
 * container.
 */

#ifndef VZ_TEMPLATE_FIXUP_H
#define VZ_TEMPLATE_FIXUP_H


/*
 * vz_template_fixup: prepare the root folder of the calling process, which
 * must be chrooted into the new template. 0, or -1 with errno.
 */
int vz_template_fixup(void);


#endif /* VZ_TEMPLATE_FIXUP_H */

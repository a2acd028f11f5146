/*
 * Capabilities of this process: those that a change of ids has made
 * ineffective, and that it still may have.
 */

#ifndef VZ_CAPS_H
#define VZ_CAPS_H


/* vz_caps_raise: all that are permitted are effective.  0, or -1 with errno. */
int vz_caps_raise(void);


#endif /* VZ_CAPS_H */

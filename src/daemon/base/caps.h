/*
 * Capabilities of this process. A change of user id takes them out of effect,
 * but leaves them permitted.
 */

#ifndef VZ_CAPS_H
#define VZ_CAPS_H


/*
 * vz_caps_raise: put all permitted capabilities into effect. 0, or -1 with
 * errno.
 */
int vz_caps_raise(void);


#endif /* VZ_CAPS_H */

/*
 * The ssh host keys of a container: ed25519, and ecdsa for old clients. They
 * are made on the host, so that no two containers of a template share them.
 */

#ifndef VZ_HOSTKEY_H
#define VZ_HOSTKEY_H


/*
 * vz_hostkey_make: write /etc/ssh/ssh_host_*_key and .pub under root, in place
 * of any keys there. 0, or -1 with errno.
 */
int vz_hostkey_make(int root, const char *hostname);


#endif /* VZ_HOSTKEY_H */

/*
 * ssh host keys of a container's own, made on the host so that no two
 * containers of a template share them: ed25519, and ecdsa for old clients.
 */

#ifndef VZ_HOSTKEY_H
#define VZ_HOSTKEY_H


/*
 * vz_hostkey_make: /etc/ssh/ssh_host_*_key and .pub under root, whatever keys
 * were there are replaced.  0, or -1.
 */
int vz_hostkey_make(int root, const char *hostname);


#endif /* VZ_HOSTKEY_H */
